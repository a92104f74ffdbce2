-- When a session was last given a new refresh token without an older one being presented: at a change of password. For a
-- moment afterwards an older token may still be on its way, sent by the same client before it knew; that is no theft.
--
-- NULL for the sessions of the previous release, which does not know the column and leaves it alone: to them it never happened.

ALTER TABLE sessions ADD COLUMN renewed_at timestamptz NULL;
