//! Reads settings one by one and remembers every mistake.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use super::Vars;
use super::settings::SETTINGS;

/// Reads from a set of variables; mistakes are collected, and a value that will not be used stands in for each.
pub(super) struct Reader<'a> {
    vars: &'a Vars,
    mistakes: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(vars: &'a Vars) -> Self {
        Self {
            vars,
            mistakes: Vec::new(),
        }
    }

    /// Whether a variable is set and not empty.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.given(name).is_some()
    }

    pub(super) fn mistake(&mut self, name: &str, what: impl Display) {
        self.mistakes.push(format!("{name}: {what}"));
    }

    /// A setting that has a default.
    pub(super) fn required<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.given(name).unwrap_or_else(|| default_of(name));
        self.noting(name, parse(text))
    }

    /// A setting without a default.
    pub(super) fn optional<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.given(name)?;
        self.noting(name, parse(text))
    }

    /// A setting that its type can read. The default always parses, so it stands in for a mistake.
    #[expect(
        clippy::expect_used,
        reason = "a default that does not parse is a defect that every test finds"
    )]
    pub(super) fn parsed<T: FromStr>(&mut self, name: &str, form: &str) -> T {
        let given = self.given(name).map(str::parse);
        match given {
            Some(Ok(value)) => value,
            given => {
                if given.is_some() {
                    self.mistake(name, format_args!("must be {form}"));
                }
                default_of(name)
                    .parse()
                    .ok()
                    .expect("the default of a setting parses")
            }
        }
    }

    pub(super) fn number(&mut self, name: &str, range: RangeInclusive<usize>) -> usize {
        let form = format!("a number from {} to {}", range.start(), range.end());
        let number: usize = self.parsed(name, &form);
        if !range.contains(&number) {
            self.mistake(name, format_args!("must be {form}"));
        }
        number
    }

    /// How often something may happen; 0 switches the limit off.
    pub(super) fn rate(&mut self, name: &str) -> u32 {
        let rate = self.number(name, 0..=10_000_000);
        rate.try_into().unwrap_or(u32::MAX)
    }

    /// So many seconds, or none.
    pub(super) fn seconds_or_none(&mut self, name: &str) -> Duration {
        Duration::from_secs(self.number(name, 0..=3600).try_into().unwrap_or(u64::MAX))
    }

    pub(super) fn seconds(&mut self, name: &str) -> Duration {
        let seconds = self.number(name, 1..=3600);
        Duration::from_secs(seconds.try_into().unwrap_or(u64::MAX))
    }

    pub(super) fn days(&mut self, name: &str, range: RangeInclusive<usize>) -> Duration {
        let days: u64 = self.number(name, range).try_into().unwrap_or(u64::MAX);
        Duration::from_hours(days.saturating_mul(24))
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, default: T, choices: &[(&str, T)]) -> T {
        let Some(given) = self.given(name) else {
            return default;
        };
        let chosen = choices
            .iter()
            .find(|(word, _)| given.eq_ignore_ascii_case(word));
        if chosen.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            self.mistake(name, format_args!("must be one of: {}", words.join(", ")));
        }
        chosen.map_or(default, |(_, value)| *value)
    }

    /// Values with commas in between.
    pub(super) fn list<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let text = self.given(name).unwrap_or_default();
        let items = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty());
        items
            .filter_map(|item| self.noting(name, parse(item)))
            .collect()
    }

    /// Variables whose names are so close to a setting's that they were probably meant for it.
    pub(super) fn misspelt(&self) -> Vec<String> {
        let unknown =
            |name: &&String| !SETTINGS.iter().any(|setting| setting.name == name.as_str());
        self.vars
            .keys()
            .filter(unknown)
            .filter_map(|name| suspicion(name))
            .collect()
    }

    /// `value`, if nothing at all was wrong.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<String>> {
        match value {
            Some(value) if self.mistakes.is_empty() => Ok(value),
            _ => Err(self.mistakes),
        }
    }

    fn given(&self, name: &str) -> Option<&'a str> {
        self.vars
            .get(name)
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
    }

    fn noting<T, E: Display>(&mut self, name: &str, parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.mistake(name, error);
                None
            }
        }
    }
}

fn default_of(name: &str) -> &'static str {
    SETTINGS
        .iter()
        .find(|setting| setting.name == name)
        .map_or("", |setting| setting.default)
}

/// What is probably meant by an unknown variable.
fn suspicion(name: &str) -> Option<String> {
    let near = |setting: &&super::settings::Setting| {
        name.len() > 4 && strsim::damerau_levenshtein(setting.name, name) <= 2
    };
    if let Some(setting) = SETTINGS.iter().find(near) {
        return Some(format!(
            "{name} is no setting and was ignored. Did you mean {}?",
            setting.name
        ));
    }
    let ours = ["LIMIT_", "AUTH_", "TASKHIVE_"]
        .iter()
        .any(|prefix| name.starts_with(prefix));
    if !ours {
        return None;
    }
    let bare = name.strip_prefix("TASKHIVE_").unwrap_or(name);
    let known = SETTINGS.iter().any(|setting| setting.name == bare);
    Some(if known {
        format!("{name} is no setting and was ignored. It is called {bare}.")
    } else {
        format!("{name} is no setting and was ignored.")
    })
}
