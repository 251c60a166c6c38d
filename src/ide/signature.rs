//! What the function takes whose argument is being written.
