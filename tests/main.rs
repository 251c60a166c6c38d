//! The one integration binary. Each part is a file beside this one.

#[cfg(test)]
mod support;

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod base;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod examples;
#[cfg(test)]
mod formats;
#[cfg(test)]
mod gallery;
#[cfg(test)]
mod impact;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod manual;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod ready;
#[cfg(test)]
mod remedies;
#[cfg(test)]
mod start;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod trials;
#[cfg(test)]
mod ui;
