//! Every declared name, and everything else that says it: in policies, tests, configurations, plans and snapshots.
