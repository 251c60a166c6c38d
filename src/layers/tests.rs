//! Bounds, order and origins, on small stacks.
