//! What there is to say of a word.
