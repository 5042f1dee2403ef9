//! The root of a day: one hash over the ends of all chains that moved, so that a day once closed cannot be rewritten without
//! a trace. A Merkle tree after RFC 6962 (leaves and nodes told apart by their first byte), and over it the root before.

use sha2::{Digest, Sha256};

use super::chain::Hash;
use crate::ids::MemberId;

/// A tree that is fed leaf by leaf and keeps only as many hashes as it is high.
#[derive(Debug, Default)]
pub struct Tree {
    /// Full subtrees: height and hash, the highest first.
    full: Vec<(u32, Hash)>,
    leaves: i64,
}

impl Tree {
    /// Adds the end of a member's chain. Members come in the order of their ids.
    pub fn add(&mut self, member: MemberId, seq: i64, head: &[u8]) {
        let leaf = Sha256::new().chain_update([0]).chain_update(member.0.as_bytes()).chain_update(seq.to_be_bytes());
        let mut top = (0, Hash::from(leaf.chain_update(head).finalize()));
        while let Some(&(height, left)) = self.full.last()
            && height == top.0
        {
            self.full.pop();
            top = (height + 1, node(&left, &top.1));
        }
        self.full.push(top);
        self.leaves += 1;
    }

    /// How many leaves were added.
    pub fn leaves(&self) -> i64 {
        self.leaves
    }

    /// The root of the day: over the tree, and over the root of the day closed before.
    pub fn root(self, before: &Hash) -> Hash {
        let mut subtrees = self.full.into_iter().rev().map(|(_, hash)| hash);
        let last = subtrees.next().unwrap_or_else(|| Sha256::digest([]).into());
        let tree = subtrees.fold(last, |right, left| node(&left, &right));
        Sha256::new().chain_update([2]).chain_update(before).chain_update(tree).finalize().into()
    }
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// The tree as RFC 6962 section 2.1 defines it: split at the largest power of two below the number of leaves.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            more => {
                let split = 1 << (more.len() - 1).ilog2();
                node(&defined(&more[..split]), &defined(&more[split..]))
            }
        }
    }

    #[test]
    fn fed_leaf_by_leaf_it_is_the_tree_of_rfc_6962() {
        for count in 0..70_u128 {
            let mut tree = Tree::default();
            let mut leaves = Vec::new();
            for n in 0..count {
                let member = MemberId::from(Uuid::from_u128(n));
                tree.add(member, 7, &[9; 32]);
                let leaf =
                    Sha256::new().chain_update([0]).chain_update(member.0.as_bytes()).chain_update(7_i64.to_be_bytes());
                leaves.push(Hash::from(leaf.chain_update([9; 32]).finalize()));
            }
            let expected =
                Sha256::new().chain_update([2]).chain_update([3; 32]).chain_update(defined(&leaves)).finalize();
            assert_eq!(tree.root(&[3; 32]), Hash::from(expected), "{count} leaves");
        }
    }
}
