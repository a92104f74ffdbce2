-- Users who sign in at an identity provider. The previous release does not know this table and needs none of it: their rows
-- in `users` look to it like those of users with a password that nobody knows.
--
-- `users.password_hash` stays NOT NULL: such users have '!' there, which is no PHC string. SQLite could not drop the
-- constraint without copying the table, and a value that nothing matches is one case less than a missing one.

CREATE TABLE external_identities (
    issuer  text NOT NULL CHECK (char_length(issuer) BETWEEN 1 AND 255),
    -- Compared byte for byte, as OpenID Connect wants it: no folding, no collation.
    subject text COLLATE "C" NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 255),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- One subject at two issuers is two people.
    PRIMARY KEY (issuer, subject)
);

-- For the cascade from users. Not unique: one day a person may have several.
CREATE INDEX external_identities_user_id ON external_identities (user_id);
