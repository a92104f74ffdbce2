-- Users who signed in elsewhere stay, and can no longer be told from each other: take a backup first.
DROP TABLE external_identities;
