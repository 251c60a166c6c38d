//! The one integration binary. Each part is a file beside this one.

#![expect(clippy::string_slice, reason = "tests may panic, and know where they cut")]

#[cfg(test)]
mod support;

#[cfg(test)]
mod adversary;
#[cfg(test)]
mod agreement;
#[cfg(test)]
mod base;
#[cfg(test)]
mod blessed;
#[cfg(test)]
mod book;
#[cfg(test)]
mod branch;
#[cfg(test)]
mod causes;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod collect;
#[cfg(test)]
mod collected;
#[cfg(test)]
mod editor;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod explained;
#[cfg(test)]
mod files;
#[cfg(test)]
mod fmt;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod found;
#[cfg(test)]
mod fuzzed;
#[cfg(test)]
mod gallery;
#[cfg(test)]
mod gates;
#[cfg(test)]
mod guessed;
#[cfg(test)]
mod impact;
#[cfg(test)]
mod injection;
#[cfg(test)]
mod instants;
#[cfg(test)]
mod json;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod manual;
#[cfg(test)]
mod merges;
#[cfg(test)]
mod metamorphic;
#[cfg(test)]
mod mutate;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod outputs;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod planning;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod prose;
#[cfg(test)]
mod pull_request;
#[cfg(test)]
mod ready;
#[cfg(test)]
mod record;
#[cfg(test)]
mod remedies;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod slips;
#[cfg(test)]
mod start;
#[cfg(test)]
mod supply;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod trials;
#[cfg(test)]
mod ui;
#[cfg(test)]
mod unkept;
#[cfg(test)]
mod workspace;
#[cfg(test)]
mod written;
