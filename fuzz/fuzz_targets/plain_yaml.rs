#![no_main]

tollgate_fuzz::target!("plain_yaml", "yaml.dict");
