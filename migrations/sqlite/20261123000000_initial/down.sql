-- Children first. Everything stored is lost.
DROP TABLE tasks;
DROP TABLE ended_sessions;
DROP TABLE sessions;
DROP TABLE users;
