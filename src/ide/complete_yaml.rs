//! What could stand at a place of a snapshot, a configuration or a plan.
