//! Ties the targets, which the package's own tests call too, to libFuzzer.

#[path = "../../tests/fuzzed/generate.rs"]
mod generate;
#[path = "../../tests/fuzzed/mutate.rs"]
mod mutate;
#[path = "../../tests/fuzzed/targets.rs"]
mod targets;

#[doc(hidden)]
pub use libfuzzer_sys;
/// Gives an input to a target.
pub fn run(name: &str, data: &[u8]) {
    targets::run(name, data);
}

/// A fuzz target by its name, with the dictionary that its mutations take words from.
#[macro_export]
macro_rules! target {
    ($name:literal, $dictionary:literal) => {
        $crate::libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::run($name, data));
        $crate::libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::change(include_str!(concat!("../dictionaries/", $dictionary)), data, size, max_size, seed)
        });
    };
}

/// One half of the mutations is libFuzzer's, of bytes; the other half is ours, of words, brackets and lines.
pub fn change(dictionary: &str, data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    if seed.is_multiple_of(2) {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let words = mutate::entries(dictionary);
    let changed = mutate::mutate(&data[..size], &words, &mut mutate::Random(u64::from(seed)));
    let size = changed.len().min(max_size).min(data.len());
    data[..size].copy_from_slice(&changed[..size]);
    size
}
