use super::*;

#[test]
fn the_file_is_left_free_after_a_second_of_unbroken_load_only() {
    let ms = Duration::from_millis;
    let start = Instant::now();
    for (passed, held, rests) in
        [(999, 999, false), (1_000, 990, true), (1_500, 1_300, true), (1_000, 700, false), (60_000, 2_000, false)]
    {
        let mut load = Load { since: start, held: ms(held) };
        assert_eq!(load.wants_rest(start + ms(passed)), rests, "{held} of {passed} ms");
        assert_eq!(load.held, if passed < 1_000 { ms(held) } else { Duration::ZERO });
    }
}
