#![no_main]

tollgate_fuzz::target!("judge", "policy.dict");
