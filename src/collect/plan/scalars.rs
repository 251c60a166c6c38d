//! Single values of a plan: lengths, shares, numbers, names of environment variables, paths and addresses.

use crate::collect::errors;
use crate::config::{ConfigNode, ConfigReader, Setting};
use crate::snapshot::seconds;
use crate::value::{Number, parse_number, parse_scaled};

/// The seconds of `30 s` or `1 week`.
pub(super) fn length(text: &str) -> Option<Number> {
    let end = text.find(|c: char| c != '.' && !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at_checked(end)?;
    Some(parse_number(digits).ok()? * seconds(unit.trim_start())?)
}

impl ConfigReader<'_> {
    pub(super) fn length(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Setting<Number>> {
        let text = self.text(key, node)?;
        let found = length(&text.value).filter(|length| *length > Number::ZERO);
        if found.is_none() {
            self.report(errors::not_written_like(key, &text, "a length", "30 s"));
        }
        found.map(|value| Setting { value, span: text.span })
    }

    /// A share from 0 to 1, written with `%`.
    pub(super) fn share(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Number> {
        let text = self.text(key, node)?;
        self.share_of(key, &text, &text.value, "95%")
    }

    /// The share that a part of a text says.
    pub(super) fn share_of(
        &mut self,
        key: &Setting<String>,
        text: &Setting<String>,
        part: &str,
        example: &str,
    ) -> Option<Number> {
        let digits = part.trim().strip_suffix('%');
        let share = digits.and_then(|digits| parse_scaled(digits.trim_end(), -2).ok());
        let share = share.filter(|share| *share >= Number::ZERO && *share <= Number::ONE);
        if share.is_none() {
            self.report(errors::not_written_like(key, text, "a share", example));
        }
        share
    }

    pub(super) fn number(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Number> {
        let text = self.text(key, node)?;
        let number = parse_number(&text.value).ok();
        if number.is_none() {
            self.report(errors::not_written_like(key, &text, "a number", "0"));
        }
        number
    }

    /// A whole number that is not negative.
    pub(super) fn whole<T: std::str::FromStr>(
        &mut self,
        key: &Setting<String>,
        node: &ConfigNode,
    ) -> Option<T> {
        let text = self.text(key, node)?;
        let number = text.value.parse().ok();
        if number.is_none() {
            self.report(errors::not_written_like(key, &text, "a whole number", "2"));
        }
        number
    }

    /// The name of an environment variable, `{ env: NAME }`: what is secret never stands in a plan.
    pub(super) fn variable(&mut self, key: &Setting<String>, node: ConfigNode) -> Option<Setting<String>> {
        const KEYS: [(&str, ()); 1] = [("env", ())];
        if !node.is_map() {
            self.report(errors::secret_in_plan(key, node.span));
            return None;
        }
        let entries = self.map(key, node)?;
        let found = self.fields(entries, &KEYS, &format!("`{}`", key.value));
        let Some(((), name, node)) = found.into_iter().next() else {
            self.report(errors::missing_key(&format!("`{}`", key.value), "env", "PROM_TOKEN", key.span));
            return None;
        };
        let variable = self.text(&name, &node)?;
        let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_name(&variable.value) {
            // Whoever writes an address there has written its password, too.
            let is_address = variable.value.contains(['@', '=', ':', '/']);
            let secret = || errors::secret_in_plan(key, variable.span);
            self.report(if is_address { secret() } else { errors::no_variable(&variable) });
            return None;
        }
        Some(variable)
    }

    /// A path within the repository, with `/`.
    pub(super) fn path(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Setting<String>> {
        let path = self.text(key, node)?;
        let leads_out = path.value.starts_with('/')
            || path.value.contains(['\\', ':'])
            // What git keeps for itself may hold secrets.
            || path.value.split('/').any(|part| part == ".." || part.eq_ignore_ascii_case(".git"));
        if leads_out {
            let is_secret = path.value.contains("://") && path.value.contains('@');
            let secret = || errors::secret_in_plan(key, path.span);
            self.report(if is_secret { secret() } else { errors::path_leads_out(&path) });
            return None;
        }
        let parts = path.value.split('/').filter(|part| !part.is_empty() && *part != ".");
        let value = parts.collect::<Vec<_>>().join("/");
        Some(Setting { value, span: path.span })
    }

    /// The address of a server, without a user, a query or a `/` at its end.
    pub(super) fn address(&mut self, key: &Setting<String>, node: &ConfigNode) -> Option<Setting<String>> {
        let address = self.text(key, node)?;
        let rest = address.value.strip_prefix("https://").or_else(|| address.value.strip_prefix("http://"));
        let host = rest.map(|rest| rest.split('/').next().unwrap_or(""));
        let problem = match host {
            None => errors::no_address(&address),
            Some(host) if host.contains('@') => errors::secret_in_plan(key, address.span),
            Some("") => errors::no_address(&address),
            Some(_) if address.value.contains(['?', '#', ' ', '"', '\\']) => errors::no_address(&address),
            Some(_) => {
                let value = address.value.trim_end_matches('/').to_owned();
                return Some(Setting { value, span: address.span });
            }
        };
        self.report(problem);
        None
    }
}

#[cfg(test)]
mod tests {
    use crate::code::Code;
    use crate::collect::plan::read;
    use crate::source::FileId;

    #[test]
    fn a_password_in_the_wrong_place_is_a_secret() {
        let codes = |source: &str| {
            let text = format!("workflow: w\nsources:\n  s: {{ {source} }}\nfields: {{}}\n");
            read(FileId(0), &text).1.iter().map(|problem| problem.code).collect::<Vec<_>>()
        };
        for secret in [
            "postgres: { env: 'postgres://u:secret@host/db' }",
            "prometheus: https://h.example.com, token: { env: 'dG9rZW4=' }",
            "csv: 'https://u:secret@host/a.csv'",
        ] {
            assert!(codes(secret).contains(&Code::SecretInPlan), "{secret}");
        }
        for plain in ["postgres: { env: 'NO SUCH NAME' }", "csv: ../a.csv"] {
            assert!(!codes(plain).contains(&Code::SecretInPlan), "{plain}");
        }
    }
}
