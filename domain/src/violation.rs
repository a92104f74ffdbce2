//! What can be wrong with an input, collected so that a caller learns everything at once.

/// Why a value was refused. The API shows these as `ErrorReason`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A required text is empty.
    Blank,
    /// A text is shorter than allowed.
    TooShort,
    /// A text or list is longer than allowed.
    TooLong,
    /// A number is outside the allowed range.
    OutOfRange,
    /// A text does not have the required form.
    Malformed,
    /// Two inputs exclude each other.
    Contradictory,
    /// A password that everybody tries first.
    TooCommon,
}

/// A step on the way to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Into a field, as the domain spells it (`expected_version`).
    Field(&'static str),
    /// To an item of a list, from 0.
    Item(usize),
}

impl std::fmt::Display for Step {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Field(name) => formatter.write_str(name),
            Self::Item(place) => write!(formatter, "{place}"),
        }
    }
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The way to the value, the outermost step first; empty for a value looked at alone.
    pub path: Vec<Step>,
    /// Which kind of rule.
    pub reason: Reason,
    /// What to do about it, for people.
    pub message: String,
    /// The bound that was missed, where the rule has one: characters, words or items.
    pub limit: Option<u32>,
}

impl Violation {
    /// A rule without a bound.
    #[must_use]
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            path: Vec::new(),
            reason,
            message: message.into(),
            limit: None,
        }
    }

    /// A rule with a bound.
    #[must_use]
    pub fn with_limit(reason: Reason, limit: u32, message: impl Into<String>) -> Self {
        Self {
            limit: Some(limit),
            ..Self::new(reason, message)
        }
    }

    /// The way to the value, with dots between its steps.
    #[must_use]
    pub fn place(&self) -> String {
        let steps: Vec<String> = self.path.iter().map(Step::to_string).collect();
        steps.join(".")
    }
}

/// Every rule an input breaks. Never empty when it is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Notes a broken rule.
    pub fn add(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    /// Notes a broken rule of `field`.
    pub fn note(&mut self, field: &'static str, violation: Violation) {
        self.0.extend(Self::from(violation).at(field).0);
    }

    /// Takes over what is wrong with `field`, or returns its value.
    pub fn collect<T>(&mut self, field: &'static str, parsed: Result<T, Self>) -> Option<T> {
        self.collect_within(Step::Field(field), parsed)
    }

    /// Takes over what is wrong with this item of a list, or returns it.
    pub fn collect_item<T>(&mut self, place: usize, parsed: Result<T, Self>) -> Option<T> {
        self.collect_within(Step::Item(place), parsed)
    }

    /// Takes over what is wrong with this item of the list in `field`, or returns it.
    pub fn collect_item_of<T>(
        &mut self,
        field: &'static str,
        place: usize,
        parsed: Result<T, Self>,
    ) -> Option<T> {
        let parsed = parsed.map_err(|broken| broken.within(Step::Item(place)));
        self.collect_within(Step::Field(field), parsed)
    }

    /// Notes a broken rule of this item of the list in `field`.
    pub fn note_item(&mut self, field: &'static str, place: usize, violation: Violation) {
        self.collect_item_of::<()>(field, place, Err(violation.into()));
    }

    fn collect_within<T>(&mut self, step: Step, parsed: Result<T, Self>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(violations) => {
                self.0.extend(violations.within(step).0);
                None
            }
        }
    }

    /// The same violations, one level deeper: inside `field`.
    #[must_use]
    pub fn at(self, field: &'static str) -> Self {
        self.within(Step::Field(field))
    }

    fn within(mut self, step: Step) -> Self {
        for violation in &mut self.0 {
            violation.path.insert(0, step);
        }
        self
    }

    /// These violations, and those after them.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// `value` if nothing was noted.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// The violations in the order in which they were noted.
    #[must_use]
    pub fn as_slice(&self) -> &[Violation] {
        &self.0
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        Self(vec![violation])
    }
}
