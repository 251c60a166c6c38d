//! What could stand at a place of a policy or a test.
