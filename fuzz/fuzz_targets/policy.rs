#![no_main]

tollgate_fuzz::target!("policy", "policy.dict");
