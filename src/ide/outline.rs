//! What a file declares, one in another; what can be folded, and what is around a place.
