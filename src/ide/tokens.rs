//! What each word of a policy is, to be coloured.
