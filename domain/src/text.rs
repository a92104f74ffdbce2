//! What texts of several kinds must keep to. Which of it a text keeps to, its own type says.

use crate::violation::{Reason, Violation, Violations};

/// Notes a text of more than `limit` characters.
pub(crate) fn check_length(violations: &mut Violations, text: &str, limit: u32) {
    if text.chars().count() > limit as usize {
        let message = format!("At most {limit} characters are allowed.");
        violations.add(Violation::with_limit(Reason::TooLong, limit, message));
    }
}

/// Notes U+0000, which PostgreSQL cannot store in a text.
pub(crate) fn refuse_nul(violations: &mut Violations, text: &str) {
    if text.contains('\0') {
        violations.add(Violation::new(
            Reason::Malformed,
            "The character U+0000 is not allowed.",
        ));
    }
}

/// White space, and the characters that take no room by themselves: zero-width spaces and joiners, bidirectional marks,
/// fillers, variation selectors. A title of nothing else would be an empty line in every list.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}
