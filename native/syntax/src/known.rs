//! Which number a text has been given: a table of hashes and numbers, which asks its owner whether texts are equal.

use rustc_hash::FxHasher;
use std::hash::Hasher;

/// Numbers by the hash of what they stand for; open addressing, never more than half full.
#[derive(Debug, Default)]
pub struct Known {
    /// Hash, and the number plus one; 0: free.
    places: Vec<(u32, u32)>,
    count: usize,
}

/// Places of a table with anything in it.
const FIRST_SIZE: usize = 32;

impl Known {
    /// The hash of a text.
    pub fn hash(text: &str) -> u32 {
        let mut hasher = FxHasher::default();
        hasher.write(text.as_bytes());
        let hash = hasher.finish();
        (hash ^ (hash >> 32)) as u32
    }

    /// The number with this hash that stands for the same.
    pub fn find(&self, hash: u32, same: impl Fn(u32) -> bool) -> Option<u32> {
        if self.places.is_empty() {
            return None;
        }
        let mut at = hash as usize;
        loop {
            let (known, number) = self.places[at & (self.places.len() - 1)];
            if number == 0 {
                return None;
            }
            if known == hash && same(number - 1) {
                return Some(number - 1);
            }
            at += 1;
        }
    }

    /// Adds a number that is not there.
    pub fn add(&mut self, hash: u32, number: u32) {
        if self.count * 2 >= self.places.len() {
            let size = (self.places.len() * 2).max(FIRST_SIZE);
            let old = std::mem::replace(&mut self.places, vec![(0, 0); size]);
            old.into_iter().filter(|(_, number)| *number != 0).for_each(|(hash, number)| self.put(hash, number));
        }
        self.put(hash, number + 1);
        self.count += 1;
    }

    fn put(&mut self, hash: u32, number: u32) {
        let mask = self.places.len() - 1;
        let mut at = hash as usize & mask;
        while self.places[at].1 != 0 {
            at = (at + 1) & mask;
        }
        self.places[at] = (hash, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_what_they_stand_for_and_not_by_their_hashes() {
        let texts: Vec<String> = (0..500).map(|number| format!("name{number}")).collect();
        let mut known = Known::default();
        for (number, _) in texts.iter().enumerate() {
            // Every hash is that of several texts.
            let hash = number as u32 % 7;
            assert_eq!(known.find(hash, |other| other == number as u32), None);
            known.add(hash, number as u32);
        }
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(known.find(number as u32 % 7, |other| texts[other as usize] == *text), Some(number as u32));
        }
        assert_eq!(known.find(3, |_| false), None);
    }

    #[test]
    fn equal_texts_have_equal_hashes() {
        let text = String::from("forloop");
        assert_eq!(Known::hash(&text), Known::hash("forloop"));
        assert_ne!(Known::hash("forloop"), Known::hash("forloops"));
    }
}
