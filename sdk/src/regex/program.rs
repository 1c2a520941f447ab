//! What a pattern becomes, and how it is carried out.

use super::class::Class;
use super::look::Look;
use crate::matching::work::Work;

/// A step of a program. The next one follows, unless it says otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// Takes this character.
    Char(char),
    /// Takes a character of the class with this number.
    Class(u32),
    /// Goes on where this holds.
    Look(Look),
    /// Goes on, and so many steps from here as well.
    Fork(i32),
    /// Goes on so many steps from here.
    Jump(i32),
}

/// What a pattern becomes. A value matches if it can be taken to its end when the program ends.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) steps: Box<[Step]>,
    pub(super) classes: Box<[Class]>,
}

/// A program that is being carried out.
struct Machine<'p> {
    program: &'p Program,
    work: &'p Work,
    /// For each step, and for the end, the number of the character before which it was last gone to.
    seen: Vec<u32>,
    /// Where it has yet to go before it takes the next character.
    forks: Vec<u32>,
}

impl Program {
    /// Whether the program takes the whole of `value`.
    #[inline]
    pub(super) fn accepts(&self, value: &[u8], work: &Work) -> bool {
        // What is done to whole value and program, before the first step.
        if !work.spend(32 + (value.len() + self.steps.len()) / 64) {
            return false;
        }
        let Ok(value) = std::str::from_utf8(value) else { return false };
        let mut machine =
            Machine { program: self, work, seen: vec![0; self.steps.len() + 1], forks: Vec::new() };
        // The steps that are to take the next character, and those for the one behind it.
        let (mut takers, mut next) = (Vec::new(), Vec::new());
        let mut characters = value.chars();
        let mut behind = characters.next();
        let mut number = 1;
        machine.go_on(0, number, (None, behind), &mut takers);
        while let Some(c) = behind {
            if takers.is_empty() || work.is_spent() {
                return false;
            }
            behind = characters.next();
            number += 1;
            for &at in &takers {
                if machine.takes(at, c) {
                    machine.go_on(at + 1, number, (Some(c), behind), &mut next);
                }
            }
            takers.clear();
            std::mem::swap(&mut takers, &mut next);
        }
        machine.seen.last() == Some(&number)
    }
}

impl Machine<'_> {
    #[inline]
    fn takes(&self, at: u32, c: char) -> bool {
        match self.program.steps.get(at as usize) {
            Some(Step::Char(wanted)) => *wanted == c,
            Some(Step::Class(class)) => self.program.classes.get(*class as usize).is_some_and(|class| {
                self.work.spend(class.size() / 4);
                class.has(c)
            }),
            _ => false,
        }
    }

    /// Goes to `at`, and in all ways on to the steps that take a character, between these two. Before the character with this
    /// number each step is gone to once.
    #[inline]
    fn go_on(
        &mut self,
        mut at: u32,
        number: u32,
        (before, behind): (Option<char>, Option<char>),
        takers: &mut Vec<u32>,
    ) {
        loop {
            self.work.spend(1);
            let step = match self.seen.get_mut(at as usize) {
                Some(seen) if *seen != number => {
                    *seen = number;
                    self.program.steps.get(at as usize)
                }
                _ => None,
            };
            let next = match step {
                Some(Step::Char(_) | Step::Class(_)) => {
                    takers.push(at);
                    None
                }
                Some(Step::Look(look)) => look.holds(before, behind).then_some(at + 1),
                Some(Step::Jump(by)) => Some(at.wrapping_add_signed(*by)),
                Some(Step::Fork(by)) => {
                    self.forks.push(at.wrapping_add_signed(*by));
                    Some(at + 1)
                }
                None => None,
            };
            let Some(next) = next.or_else(|| self.forks.pop()) else { return };
            at = next;
        }
    }
}
