//! What every repository promises, as functions that panic when a promise is broken. [`repository_contract!`] makes a test of
//! each.
//!
//! A promise brings its own users and tasks, so it does not matter what else is stored. It knows no database: what only
//! one of them can get wrong is tested beside its adapter.
//!
//! [`repository_contract!`]: crate::repository_contract
#![expect(
    clippy::missing_panics_doc,
    reason = "panicking is how a promise says that it is broken"
)]

use std::sync::Arc;

use crate::ports::{
    Archive, ExternalUserRepository, InfraError, SessionRepository, TaskChanges, TaskRepository,
    UserRepository,
};

mod accounts;
mod archived_changes;
mod archives;
mod batch_failures;
mod batches;
mod changes;
mod copies;
mod deletions;
mod edits;
mod external;
mod fixtures;
mod memories;
mod moves;
mod pages;
mod ranks;
mod registrations;
mod renewals;
mod searches;
mod sessions;
mod sign_ins;
mod stored;
mod tasks;
mod varied;

pub use accounts::*;
pub use archived_changes::*;
pub use archives::*;
pub use batch_failures::*;
pub use batches::*;
pub use changes::*;
pub use copies::*;
pub use deletions::*;
pub use edits::*;
pub use external::*;
pub use memories::*;
pub use moves::*;
pub use pages::*;
pub use ranks::*;
pub use registrations::*;
pub use renewals::*;
pub use searches::*;
pub use sessions::*;
pub use sign_ins::*;
pub use stored::*;
pub use tasks::*;

/// The repositories of one database.
pub struct Repositories {
    /// Its tasks.
    pub tasks: Arc<dyn TaskRepository>,
    /// The order of their changes.
    pub changes: Arc<dyn TaskChanges>,
    /// Its users.
    pub users: Arc<dyn UserRepository>,
    /// Which of them sign in elsewhere.
    pub external: Arc<dyn ExternalUserRepository>,
    /// Their sessions.
    pub sessions: Arc<dyn SessionRepository>,
    /// All of it, account by account.
    pub archive: Arc<dyn Archive>,
}

impl Repositories {
    /// For a store that is all of them.
    #[must_use]
    pub fn of<S>(store: &Arc<S>) -> Self
    where
        S: TaskRepository
            + TaskChanges
            + UserRepository
            + ExternalUserRepository
            + SessionRepository
            + Archive
            + 'static,
    {
        Self {
            tasks: store.clone(),
            changes: store.clone(),
            users: store.clone(),
            external: store.clone(),
            sessions: store.clone(),
            archive: store.clone(),
        }
    }
}

/// A promise was kept, or the infrastructure failed before it could be told.
pub type Outcome = Result<(), InfraError>;

/// Makes a `#[tokio::test]` of every promise. The argument is evaluated anew in each of them, awaited, and must give
/// `(guard, Repositories)`; the guard is dropped when the test is over, so it may hold a temporary database.
#[macro_export]
macro_rules! repository_contract {
    ($make:expr) => {
        $crate::repository_contract! { @tests $make;
            every_field_of_a_task_comes_back
            an_unknown_owner_is_refused_and_the_repository_stays_usable
            an_added_task_is_there_and_its_id_cannot_be_added_again
            a_repeated_insert_returns_the_task_as_it_is_now
            concurrent_inserts_with_one_id_create_one_task
            one_id_at_two_owners_names_two_tasks
            a_foreign_task_is_as_good_as_none
            a_task_is_deleted_only_once

            a_task_that_would_be_refused_today_is_still_read
            a_user_who_would_be_refused_today_is_still_read

            a_reader_who_was_away_catches_up
            a_reader_beside_two_writers_misses_nothing
            every_change_takes_the_next_number
            changes_are_told_as_they_are_now
            changes_of_nobody_are_not_told
            recently_updated_is_the_order_of_changes
            a_page_says_which_moment_it_shows

            a_deleted_task_is_not_made_again
            a_restored_task_is_as_it_was
            a_restoration_is_whole_or_nothing
            deletions_are_forgotten_in_two_steps
            deletions_are_remembered_while_they_can_be_undone
            positions_expire_with_the_deletions_after_them
            a_deletion_during_a_walk_is_told
            a_deleted_account_leaves_no_changes

            an_update_is_what_apply_says
            an_edit_that_changes_nothing_leaves_no_trace
            a_stale_edit_changes_nothing
            completing_again_keeps_the_first_time
            an_update_of_no_task_finds_none
            concurrent_toggles_all_count
            concurrent_edits_of_one_version_let_one_through
            concurrent_edits_of_different_fields_all_survive

            a_page_is_what_the_reference_says
            a_page_of_none_says_whether_there_are_more
            forward_pages_visit_untouched_tasks_once_while_others_change
            backward_pages_visit_untouched_tasks_once_while_others_change
            ties_are_broken_by_id_in_every_order
            a_count_equals_the_length_of_the_list

            a_moved_task_comes_right_after_its_neighbour
            a_move_is_told_once
            an_edit_after_a_move_is_one_change
            new_tasks_come_first_and_restored_ones_back_to_their_place
            new_tasks_come_before_those_from_elsewhere
            new_tasks_come_before_restored_ones_from_elsewhere
            only_own_tasks_are_moved_and_only_after_own_ones
            concurrent_moves_come_one_after_the_other

            a_batch_is_inserted_at_the_top
            a_batch_is_inserted_whole_or_not_at_all
            a_batch_is_edited_as_one_by_one
            a_batch_with_a_stranger_changes_nothing
            a_deleted_batch_can_be_restored
            concurrent_batches_come_one_after_the_other

            a_search_knows_no_wildcards
            a_search_ignores_case_in_all_scripts
            a_search_needs_every_word_in_title_or_description
            a_search_finds_what_an_edit_wrote
            a_search_reaches_the_end_of_the_longest_texts

            a_registered_user_comes_back
            a_taken_address_leaves_nothing_behind
            concurrent_registrations_of_one_address_let_one_through
            addresses_that_only_resemble_each_other_are_two
            a_user_can_be_registered_without_a_session

            a_session_opens_only_under_the_stored_hash
            a_newer_hash_is_stored_with_its_session
            no_sign_in_outlives_a_change_of_its_password
            the_longest_unused_session_gives_way_to_a_new_one
            sessions_that_are_over_take_nobodys_place

            an_external_identity_is_one_user
            concurrent_first_sights_make_one_user
            a_taken_address_is_not_shared_with_an_external_user
            an_external_user_who_left_comes_back_as_another

            a_changed_password_ends_the_other_sessions
            a_refused_change_of_password_changes_nothing
            a_password_can_be_set_whatever_it_was
            a_deleted_account_leaves_nothing_behind
            other_sessions_end_and_one_goes_on
            living_sessions_are_listed
            expired_sessions_are_removed_in_batches
            users_are_listed_in_the_order_they_signed_up

            a_session_rotates_as_the_domain_says
            concurrent_rotations_of_one_token_are_one_step
            a_token_used_again_within_the_grace_gets_the_same_answer
            a_token_used_again_after_the_grace_ends_its_session_only
            a_token_two_generations_old_ends_its_session
            an_expired_session_is_refused
            a_token_never_handed_out_is_refused_and_harmless
            an_older_token_is_refused_for_a_moment_after_a_renewal
            an_older_token_is_refused_while_the_new_one_is_in_use
            an_older_token_is_a_stolen_one_later_after_a_renewal
            a_session_is_found_while_it_lives
            a_session_ends_once_and_is_remembered
            an_ended_session_is_known_by_its_time
            ended_sessions_come_in_pages
            memories_are_removed_when_nobody_needs_them
            a_session_ends_for_who_holds_its_token
            a_foreign_session_cannot_be_ended
            a_session_of_nobody_is_not_opened

            a_restored_account_is_the_one_that_was_kept
            restoring_again_changes_nothing
            an_account_that_cannot_be_restored_is_named
            accounts_are_archived_in_pages
            tasks_of_nobody_are_not_restored
            positions_mean_the_same_after_a_move
            a_number_beyond_the_counter_expires_earlier_positions
            restored_tasks_without_numbers_are_numbered_by_their_times
        }
    };
    (@tests $make:expr; $($promise:ident)+) => {
        $(
            #[::tokio::test(flavor = "multi_thread")]
            async fn $promise() -> $crate::testing::contract::Outcome {
                let (_guard, repositories) = $make.await;
                $crate::testing::contract::$promise(&repositories).await
            }
        )+
    };
}
