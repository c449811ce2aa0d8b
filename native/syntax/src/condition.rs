//! Conditions of `{% if %}`: operators and precedence, as `django.template.smartif` has them.

use crate::ast::{Cond, Operator};
use crate::error::{ErrorKind, Result, fail};
use crate::parser::{Host, Parser};
use std::borrow::Cow;

/// A word of the condition: an operator or a value.
enum Word {
    Not,
    Infix(Operator),
    Value(Cond),
}

const NOT_POWER: u8 = 8;

/// Binding power of an operator (`lbp` in Django).
fn power(operator: Operator) -> u8 {
    match operator {
        Operator::Or => 6,
        Operator::And => 7,
        Operator::In | Operator::NotIn => 9,
        _ => 10,
    }
}

fn infix(word: &str) -> Option<Operator> {
    Some(match word {
        "or" => Operator::Or,
        "and" => Operator::And,
        "in" => Operator::In,
        "is" => Operator::Is,
        "==" => Operator::Eq,
        "!=" => Operator::Ne,
        ">" => Operator::Gt,
        ">=" => Operator::Ge,
        "<" => Operator::Lt,
        "<=" => Operator::Le,
        _ => return None,
    })
}

/// Each operator may nest one deeper, to either side. Django's own classes recurse too, and give up later.
const MAX_OPERATORS: usize = 100;

struct Words {
    /// Reversed: the next word is the last one.
    words: Vec<Word>,
}

impl Words {
    /// Left binding power of the next word; values and the end bind not at all, `not` as a prefix operator has none
    /// (Django finds no `lbp` there and fails with an `AttributeError`, which its own parser shall raise).
    fn next_power(&self) -> Result<u8> {
        match self.words.last() {
            Some(Word::Infix(operator)) => Ok(power(*operator)),
            Some(Word::Not) => fail(ErrorKind::BadCondition),
            _ => Ok(0),
        }
    }

    fn expression(&mut self, right_power: u8) -> Result<Cond> {
        let mut left = match self.words.pop() {
            Some(Word::Value(value)) => value,
            Some(Word::Not) => Cond::Not(Box::new(self.expression(NOT_POWER)?)),
            _ => return fail(ErrorKind::BadCondition),
        };
        while right_power < self.next_power()? {
            let Some(Word::Infix(operator)) = self.words.pop() else { return fail(ErrorKind::BadCondition) };
            let right = self.expression(power(operator))?;
            left = Cond::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }
}

impl<H: Host> Parser<H> {
    /// Parses the words after `if` or `elif`.
    pub fn condition(&mut self, bits: &[Cow<'_, str>]) -> Result<Cond> {
        if let [only] = bits
            && infix(only).is_none()
            && *only != "not"
        {
            return Ok(Cond::Value(self.expression(only)?));
        }
        let mut words = Vec::with_capacity(bits.len());
        let mut bits = bits.iter().map(|bit| &**bit).peekable();
        while let Some(bit) = bits.next() {
            let follows = |next: Option<&&str>, word: &str| next.is_some_and(|n| *n == word);
            let word = if bit == "is" && follows(bits.peek(), "not") {
                bits.next();
                Word::Infix(Operator::IsNot)
            } else if bit == "not" && follows(bits.peek(), "in") {
                bits.next();
                Word::Infix(Operator::NotIn)
            } else if bit == "not" {
                Word::Not
            } else if let Some(operator) = infix(bit) {
                Word::Infix(operator)
            } else {
                Word::Value(Cond::Value(self.expression(bit)?))
            };
            words.push(word);
        }
        if words.iter().filter(|word| !matches!(word, Word::Value(_))).count() > MAX_OPERATORS {
            return fail(ErrorKind::Unsupported);
        }
        words.reverse();
        let mut words = Words { words };
        let condition = words.expression(0)?;
        if words.words.is_empty() { Ok(condition) } else { fail(ErrorKind::BadCondition) }
    }
}
