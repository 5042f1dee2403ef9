//! `shuke sandbox` and `shuke demo` at the door.

use std::process::Command;

#[test]
fn neither_starts_while_line_credentials_are_set() {
    let folder = std::env::temp_dir().join(format!("shuke-refused-{}", std::process::id()));
    for command in ["sandbox", "demo"] {
        for name in ["LINE_CHANNEL_SECRET", "LINE_CHANNEL_ACCESS_TOKEN_FILE"] {
            let ran = Command::new(env!("CARGO_BIN_EXE_shuke"))
                .args([command, "--data"])
                .arg(&folder)
                .env(name, "a value of a real channel")
                .output()
                .expect("the program runs");
            let said = String::from_utf8_lossy(&ran.stderr);
            assert_eq!(ran.status.code(), Some(3), "{command}: {said}");
            assert!(said.contains(name) && !said.contains("a value of"), "it names the setting, not its value: {said}");
            assert!(!folder.exists(), "{command} left something behind");
        }
    }
}
