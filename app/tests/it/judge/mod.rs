//! Admission held against graphql-js: a few thousand generated and mutated requests, the same verdict on each.
//!
//! Needs `node` and, the first time, `npm ci` from the registry or its cache. Limits are set high here, because the
//! reference implementation has none; `src/operation/admission/tests` covers them.

mod jury;

use taskhive::operation::admission::{Admission, Limits, Refusal, RefusalKind};

use crate::requests::generate::Generator;
use crate::requests::{Case, mutate};
use testkit::Random;

const SDL: &str = include_str!("../../../../schema.graphql");
const CASES: u64 = 6000;

fn without_limits() -> Admission {
    let much = 1_000_000;
    let limits = Limits {
        document_bytes: much,
        tokens: much,
        expanded_fields: much,
        aliases: much,
        root_fields: much,
        mutations: much,
        directives: much,
        directives_per_field: much,
        depth: much,
        complexity: u64::MAX,
        introspection_lists: much,
        introspection_cost: u64::MAX,
        ..Limits::default()
    };
    Admission::new(SDL, limits).expect("the contract is a schema")
}

/// Where this service refuses, on purpose, what the reference implementation accepts.
fn is_stricter_on_purpose(case: &Case, refusal: &Refusal) -> bool {
    let says = |part: &str| {
        refusal
            .errors
            .iter()
            .any(|error| error.message.contains(part))
    };
    match refusal.kind {
        // Credentials stand alone.
        RefusalKind::TooComplex => says("must be the only field"),
        // The compiler does not merge equal root fields of a subscription, and follows the newer rule that they
        // carry no conditions; graphql-js 16 knows neither.
        RefusalKind::Validation => {
            case.query.contains("subscription")
                && (says("can only have one root field") || says("can not specify @skip"))
        }
        // The compiler's parser knows no descriptions of operations and variables yet.
        RefusalKind::Syntax => {
            let text = case.query.replace(',', " ");
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            text.starts_with('"')
                || ["$", "query", "mutation", "subscription", "fragment"]
                    .iter()
                    .any(|described| text.contains(&format!("\" {described}")))
        }
    }
}

#[test]
fn graphql_js_agrees() {
    let mut random = Random::seeded(20_260_131);
    let generator = Generator::new(SDL);
    let cases: Vec<Case> = (0..CASES)
        .map(|number| {
            let mut case = generator.case(&mut random);
            match number % 4 {
                0 => {}
                1 => mutate::variables(&mut case, &mut random),
                _ => mutate::text(&mut case, &mut random),
            }
            case
        })
        .collect();
    let gate = without_limits();
    let (mut both_accept, mut both_refuse, mut disputes) = (0, 0, Vec::new());
    for (case, verdict) in cases.iter().zip(jury::verdicts(&cases)) {
        let ours = gate.admit(
            &case.query,
            case.operation_name.as_deref(),
            case.variables.clone(),
        );
        match (ours, verdict) {
            (Ok(_), Ok(())) => both_accept += 1,
            (Err(_), Err(_)) => both_refuse += 1,
            (Err(refusal), Ok(())) if is_stricter_on_purpose(case, &refusal) => {}
            (Err(refusal), Ok(())) => {
                disputes.push(format!("we refuse: {refusal:?}\n{}", case.to_json()));
            }
            (Ok(_), Err(error)) => {
                disputes.push(format!("graphql-js refuses: {error}\n{}", case.to_json()));
            }
        }
    }
    println!(
        "both accept {both_accept}, both refuse {both_refuse}, disputes {}",
        disputes.len()
    );
    assert!(
        disputes.is_empty(),
        "{}",
        disputes
            .into_iter()
            .take(25)
            .collect::<Vec<_>>()
            .join("\n\n")
    );
    assert!(
        both_accept > 1000 && both_refuse > 1000,
        "the cases are too much alike"
    );
}
