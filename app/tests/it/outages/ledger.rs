//! Writers that keep books: one entry before sending, one when the answer is there. Whatever fails meanwhile, each task they
//! were told is stored is there afterwards, each is there once, and nothing is there that nobody sent.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{CREATE, Client, Reply};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Far longer than any outage here: who waits so long waits for ever.
const STUCK: Duration = Duration::from_mins(3);

/// What the writers did.
#[derive(Default)]
struct Book {
    /// Noted before it is sent.
    sent: BTreeSet<String>,
    /// Noted when the answer is there.
    acknowledged: BTreeSet<String>,
    /// How often the answer was to try again.
    refused: usize,
    /// How often there was no answer.
    unanswered: usize,
    /// The longest that an answer took.
    slowest: Duration,
}

/// Writers of one user, and their books.
pub(super) struct Ledger {
    book: Mutex<Book>,
    changed: Notify,
    is_over: AtomicBool,
    /// That user at each instance there is.
    instances: watch::Sender<Vec<Client>>,
    /// Writers do not wait longer for their first answer; for each further one, twice as long as before.
    patience: Option<Duration>,
}

/// What became of the rounds of one experiment.
#[derive(Debug, Default)]
pub(super) struct Figures {
    rounds: usize,
    acknowledged: usize,
    refused: usize,
    unanswered: usize,
    slowest: Duration,
}

impl Ledger {
    /// Of a user, who sends what they have to say to these instances.
    pub(super) fn new(instances: Vec<Client>) -> Self {
        Self {
            book: Mutex::default(),
            changed: Notify::new(),
            is_over: AtomicBool::new(false),
            instances: watch::Sender::new(instances),
            patience: None,
        }
    }

    /// The same, with writers who give up waiting for an answer after so long and ask again, with twice the patience.
    pub(super) fn impatient(self, patience: Duration) -> Self {
        Self {
            patience: Some(patience),
            ..self
        }
    }

    /// From now on these instances are there, and no others.
    pub(super) fn served_by(&self, instances: Vec<Client>) {
        self.instances.send_replace(instances);
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap()
    }

    /// Starts so many writers. Each stores one task after the other until [`close`](Self::close).
    pub(super) fn write(self: &Arc<Self>, writers: usize) -> JoinSet<()> {
        (0..writers)
            .map(|_| {
                let ledger = Arc::clone(self);
                async move {
                    while !ledger.is_over.load(Ordering::Relaxed) {
                        ledger.store_one().await;
                    }
                }
            })
            .collect()
    }

    /// Stores one task. Whoever gets no answer, or is told to try again, sends the same once more, as the README advises.
    async fn store_one(&self) {
        let id = format!("task_{}", Uuid::new_v4().simple());
        self.book().sent.insert(id.clone());
        let mut instances = self.instances.subscribe();
        for attempt in 0.. {
            let clients = instances.borrow_and_update().clone();
            let begun = Instant::now();
            let reply = self
                .send(&clients[attempt % clients.len()], &id, attempt)
                .await;
            let is_stored = self.note(&id, begun.elapsed(), reply.as_ref());
            self.changed.notify_waiters();
            if is_stored {
                return;
            }
            let is_last = (attempt + 1) % clients.len() == 0;
            if reply.is_none() && is_last && self.patience.is_none() {
                // Nobody is there. The sender lives as long as this ledger.
                instances.changed().await.unwrap();
            }
        }
    }

    /// The answer, if there is one.
    async fn send(&self, client: &Client, id: &str, attempt: usize) -> Option<Reply> {
        let input = json!({"id": id, "title": id});
        let body = json!({"query": CREATE, "variables": {"input": input}});
        let answer = async {
            let response = client.post().json(&body).send().await.ok()?;
            Reply::received(response).await.ok()
        };
        match self.patience {
            Some(first) => {
                let patience = first * (1 << attempt.min(12));
                tokio::time::timeout(patience, answer).await.ok()?
            }
            None => answer.await,
        }
    }

    /// Whether the task is stored.
    fn note(&self, id: &str, elapsed: Duration, reply: Option<&Reply>) -> bool {
        let mut book = self.book();
        let Some(reply) = reply else {
            book.unanswered += 1;
            return false;
        };
        book.slowest = book.slowest.max(elapsed);
        if reply.status == 503 && reply.code() == "UNAVAILABLE" {
            book.refused += 1;
            return false;
        }
        assert_eq!(reply.data()["createTask"]["task"]["id"], json!(id));
        book.acknowledged.insert(id.to_owned());
        true
    }

    async fn until(&self, what: &str, is_so: impl Fn(&Book) -> bool) {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                if is_so(&self.book()) {
                    return;
                }
                changed.await;
            }
        };
        let waited = tokio::time::timeout(STUCK, wait).await;
        waited.unwrap_or_else(|_| panic!("waited in vain until {what}"));
    }

    /// Waits until the answer was so often that a task is stored.
    pub(super) async fn until_stored(&self, more: usize) {
        let enough = self.book().acknowledged.len() + more;
        self.until("tasks are stored", |book| book.acknowledged.len() >= enough)
            .await;
    }

    /// Waits until so many were told to try again.
    pub(super) async fn until_refused(&self, more: usize) {
        let enough = self.book().refused + more;
        self.until("requests are refused", |book| book.refused >= enough)
            .await;
    }

    /// Waits until so many got no answer.
    pub(super) async fn until_unanswered(&self, more: usize) {
        let enough = self.book().unanswered + more;
        self.until("answers are lost", |book| book.unanswered >= enough)
            .await;
    }

    /// Lets every writer end with a task that is stored, compares the books with what the service has, and adds the round up.
    pub(super) async fn close(&self, writers: JoinSet<()>, figures: &mut Figures) {
        self.is_over.store(true, Ordering::Relaxed);
        let ended = tokio::time::timeout(STUCK, writers.join_all()).await;
        ended.expect("every writer gets an answer");
        let client = self.instances.borrow()[0].clone();
        let listed = tokio::time::timeout(STUCK, stored_tasks(&client)).await;
        let listed = listed.expect("tasks can be read");
        let stored: BTreeSet<String> = listed.iter().cloned().collect();
        let book = self.book();
        let lost = book.acknowledged.difference(&stored).count();
        let invented = stored.difference(&book.sent).count();
        let doubled = listed.len() - stored.len();
        assert_eq!(
            (lost, invented, doubled),
            (0, 0, 0),
            "lost, invented, doubled"
        );
        assert_eq!(
            book.acknowledged, book.sent,
            "every writer went on until it was told"
        );
        figures.rounds += 1;
        figures.acknowledged += book.acknowledged.len();
        figures.refused += book.refused;
        figures.unanswered += book.unanswered;
        figures.slowest = figures.slowest.max(book.slowest);
    }
}

/// The ids of all tasks, as often as they are listed. A creation that is repeated changes nothing, so each has its first version.
async fn stored_tasks(client: &Client) -> Vec<String> {
    let query = "query($after: String) { tasks(first: 100, after: $after, orderBy: OLDEST) {
        nodes { id title version } pageInfo { endCursor hasNextPage } } }";
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let reply = client.run(query, json!({ "after": after })).await;
        if reply.status == 503 {
            continue;
        }
        let page = &reply.data()["tasks"];
        for task in page["nodes"].as_array().unwrap() {
            assert_eq!((&task["title"], &task["version"]), (&task["id"], &json!(1)));
            ids.push(task["id"].as_str().unwrap().to_owned());
        }
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return ids;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

impl Figures {
    /// Tells them whoever runs the experiments.
    pub(super) fn report(&self, experiment: &str) {
        let Self {
            rounds,
            acknowledged,
            refused,
            unanswered,
            slowest,
        } = self;
        let slowest = slowest.as_millis();
        eprintln!(
            "{experiment}: {rounds} rounds, {acknowledged} acknowledged, {refused} refused, \
             {unanswered} unanswered, slowest {slowest} ms; 0 lost, invented or doubled"
        );
    }
}
