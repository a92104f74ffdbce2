//! Promises about searching: no wildcards, no difference of case in any script, every word.

use super::fixtures::{START, description, start_plus, task, title};
use super::{Outcome, Repositories};
use crate::id::UserId;
use crate::listing::{PageRequest, Search, Take, TaskFilter, TaskOrder};
use crate::ports::InfraError;
use crate::task::{Task, TaskEdit};

/// The titles that a search finds, oldest first; counting must agree.
async fn found(
    repositories: &Repositories,
    owner: UserId,
    text: &str,
) -> Result<Vec<String>, InfraError> {
    let search =
        Search::parse(text).unwrap_or_else(|violations| panic!("{text:?}: {violations:?}"));
    let request = PageRequest {
        filter: TaskFilter {
            search,
            ..TaskFilter::default()
        },
        order: TaskOrder::Oldest,
        take: Take::First(Take::MAX),
        after: None,
        before: None,
        as_of: false,
    };
    let page = repositories.tasks.page(owner, &request).await?;
    let count = repositories.tasks.count(owner, &request.filter).await?;
    assert_eq!(count, page.tasks.len() as u64, "{text:?}");
    let titles = page.tasks.iter().map(|task| task.title.as_str().to_owned());
    Ok(titles.collect())
}

/// Stores tasks with these titles and compares what each search finds.
async fn check(
    repositories: &Repositories,
    titles: &[&str],
    searches: &[(&str, &[&str])],
) -> Outcome {
    let owner = repositories.owner().await?;
    for (n, text) in (0..).zip(titles) {
        repositories
            .store(owner, &task(text, start_plus(n)))
            .await?;
    }
    for (text, expected) in searches {
        assert_eq!(
            &found(repositories, owner, text).await?,
            expected,
            "{text:?}"
        );
    }
    Ok(())
}

/// `%`, `_`, `\` and whatever else means something to a pattern are just characters.
pub async fn a_search_knows_no_wildcards(repositories: &Repositories) -> Outcome {
    let titles = [
        "100% sure",
        "100 percent",
        "snake_case",
        "snakeXcase",
        "back\\slash",
        "a*b?c[d]",
        "it's \"so\"",
        "a.c|^$()",
    ];
    check(
        repositories,
        &titles,
        &[
            ("%", &["100% sure"]),
            ("100%", &["100% sure"]),
            ("1%0", &[]),
            ("_", &["snake_case"]),
            ("e_c", &["snake_case"]),
            ("\\", &["back\\slash"]),
            ("\\%", &[]),
            ("\\_", &[]),
            ("k\\s", &["back\\slash"]),
            ("\\\\", &[]),
            ("*", &["a*b?c[d]"]),
            ("[d]", &["a*b?c[d]"]),
            ("a?b", &[]),
            ("'", &["it's \"so\""]),
            ("\"so\"", &["it's \"so\""]),
            ("a.c", &["a.c|^$()"]),
            ("$()", &["a.c|^$()"]),
            ("\u{1}", &[]),
            ("\u{1f}", &[]),
            ("", &titles),
            (" \t\n", &titles),
        ],
    )
    .await
}

/// The same way on every database, because none of them is asked.
pub async fn a_search_ignores_case_in_all_scripts(repositories: &Repositories) -> Outcome {
    let istanbul = "\u{130}stanbul";
    let wide = "\u{FF26}\u{FF55}\u{FF4C}\u{FF4C}";
    let cherokee = "\u{13E3}\u{13B3}\u{13A9}";
    let decomposed = "cafe\u{301}";
    check(
        repositories,
        &[
            "Stra\u{df}e",
            istanbul,
            "ΟΔΥΣΣΕΥΣ",
            "Жук",
            wide,
            "Naïve CAFÉ",
            cherokee,
            "273\u{212A}",
            decomposed,
        ],
        &[
            ("STRASSE", &["Stra\u{df}e"]),
            ("strasse", &["Stra\u{df}e"]),
            ("stra\u{df}e", &["Stra\u{df}e"]),
            ("STRA\u{1E9E}E", &["Stra\u{df}e"]),
            ("\u{130}STANBUL", &[istanbul]),
            ("i\u{307}stanbul", &[istanbul]),
            ("STANBUL", &[istanbul]),
            ("οδυσσευς", &["ΟΔΥΣΣΕΥΣ"]),
            ("οδυσσευσ", &["ΟΔΥΣΣΕΥΣ"]),
            ("жУК", &["Жук"]),
            ("\u{FF46}\u{FF35}\u{FF2C}\u{FF2C}", &[wide]),
            ("full", &[]),
            ("NAÏVE", &["Naïve CAFÉ"]),
            ("café", &["Naïve CAFÉ"]),
            ("\u{ABB3}\u{AB83}\u{AB79}", &[cherokee]),
            ("273k", &["273\u{212A}"]),
            ("CAFE\u{301}", &[decomposed]),
        ],
    )
    .await
}

/// In any order, each in either text, but none across the border between them.
pub async fn a_search_needs_every_word_in_title_or_description(
    repositories: &Repositories,
) -> Outcome {
    let owner = repositories.owner().await?;
    let milk = Task {
        description: description("At the corner\r\nshop"),
        ..task("Buy milk", START)
    };
    let bread = Task {
        description: description("Not milk"),
        ..task("Buy bread", start_plus(1))
    };
    repositories.store(owner, &milk).await?;
    repositories.store(owner, &bread).await?;
    let searches: [(&str, &[&str]); 10] = [
        ("buy", &["Buy milk", "Buy bread"]),
        ("MILK", &["Buy milk", "Buy bread"]),
        ("shop milk", &["Buy milk"]),
        ("  orner \n uy ", &["Buy milk"]),
        ("buy milk at the corner", &["Buy milk"]),
        ("buy milk at the cellar", &[]),
        ("milkat", &[]),
        ("breadnot", &[]),
        ("milk milk milk", &["Buy milk", "Buy bread"]),
        ("bread corner", &[]),
    ];
    for (text, expected) in searches {
        assert_eq!(
            found(repositories, owner, text).await?,
            expected,
            "{text:?}"
        );
    }
    Ok(())
}

/// And no longer what it overwrote, even if nothing but the case changed.
pub async fn a_search_finds_what_an_edit_wrote(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    let before = Task {
        description: description("old details"),
        ..task("old name", START)
    };
    repositories.store(owner, &before).await?;
    let edits = [
        TaskEdit {
            title: Some(title("Größe")),
            ..TaskEdit::default()
        },
        TaskEdit {
            description: Some(description("Жук")),
            ..TaskEdit::default()
        },
    ];
    for edit in edits {
        repositories
            .updated(owner, before.id, &edit, start_plus(1))
            .await?;
    }
    for text in ["GRÖSSE", "жук", "größe ЖУК"] {
        assert_eq!(
            found(repositories, owner, text).await?,
            ["Größe"],
            "{text:?}"
        );
    }
    for text in ["old", "name", "details"] {
        assert!(
            found(repositories, owner, text).await?.is_empty(),
            "{text:?}"
        );
    }
    Ok(())
}

/// Folding makes texts longer; nothing is cut off.
pub async fn a_search_reaches_the_end_of_the_longest_texts(repositories: &Repositories) -> Outcome {
    let owner = repositories.owner().await?;
    // U+0390 folds to three characters.
    let heading = format!("{}x\u{1F600}", "\u{390}".repeat(198));
    let details = format!("{}Y\u{1F680}", "\u{390}".repeat(1998));
    let longest = Task {
        description: description(&details),
        ..task(&heading, START)
    };
    repositories.store(owner, &longest).await?;
    for text in ["X\u{1F600}", "y\u{1F680}", "\u{1F600} \u{1F680}"] {
        assert_eq!(
            found(repositories, owner, text).await?,
            [heading.as_str()],
            "{text:?}"
        );
    }
    Ok(())
}
