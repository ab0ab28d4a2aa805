//! A task as it goes on: first the task itself, then each change, in order, until it ends.
//!
//! Statements are read when the client takes what follows from them: a slow one costs no memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use asp_core::name::{AgentUri, StreamId};
use asp_core::position::Hash;
use asp_core::rejection::Code;
use asp_store::Reader;

use super::course::Course;
use super::talk::{self, Caller};
use super::wire::{A2aError, Event};
use crate::delivery::{Subscription, Topic};
use crate::http::App;
use crate::http::problem::Denial;
use crate::stopped;

/// When a client has heard enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// Once the task waits for the client, or has ended.
    ItRests,
    /// Once the task has ended.
    ItEnds,
}

/// A client that follows a task, with its place among those who wait.
pub(crate) struct Follow {
    app: Arc<App>,
    caller: Caller,
    id: Hash,
    course: Course,
    subscription: Subscription,
    ready: VecDeque<Event>,
    until: Until,
    over: bool,
}

impl Follow {
    /// Begins with the task as it stands, with at most so many messages of its history.
    ///
    /// # Errors
    /// That there is no such task, or that too many follow.
    pub(crate) async fn begin(
        app: &Arc<App>,
        caller: Caller,
        target: &AgentUri,
        (id, history, until): (&Hash, Option<usize>, Until),
    ) -> Result<Self, A2aError> {
        let topic = Topic::Stream(StreamId::Session(*id));
        let subscription = app.hub.subscribe(topic, caller.who(app))?;
        let (id, mut course) = talk::task(app, &caller, target, &id.to_hex()).await?;
        let task = Event::Task(Box::new(course.task(history, true)));
        course.forget_past();
        let mut follow = Self {
            app: Arc::clone(app),
            caller,
            id,
            course,
            subscription,
            ready: VecDeque::from([task]),
            until,
            over: false,
        };
        follow.over = follow.is_over();
        Ok(follow)
    }

    const fn is_over(&self) -> bool {
        match self.until {
            Until::ItRests => self.course.state().rests(),
            Until::ItEnds => self.course.state().is_terminal(),
        }
    }

    /// What is told next; none when nothing follows.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        let mut stopping = self.app.stopping.clone();
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.over || self.app.is_stopping() {
                return None;
            }
            let more = self.read().await?;
            self.over = self.is_over();
            if more || !self.ready.is_empty() {
                continue;
            }
            tokio::select! {
                () = self.subscription.woken() => {}
                () = stopped(&mut stopping) => return None,
            }
        }
    }

    /// Reads on; whether there may be more. None if the client may not read any more, or nothing can be read.
    async fn read(&mut self) -> Option<bool> {
        let (app, caller, id) = (Arc::clone(&self.app), self.caller.clone(), self.id);
        // What cannot be read on is over.
        let nothing = Course::new(caller.agent.clone(), String::new(), BTreeMap::new());
        let mut course = std::mem::replace(&mut self.course, nothing);
        self.over = true;
        let read = move |reader: &Reader<'_>| {
            caller.check(&app, reader)?;
            if !reader.may_read(Some(&caller.tenant()), &StreamId::Session(id))? {
                return Err(Denial::from(Code::NotFound));
            }
            let mut events: Vec<Event> = course.hear(app.a2a.desk.said_first(&id)?).into_iter().collect();
            let more = talk::read_on(reader, &id, &mut course, |_, event| events.push(event))?;
            Ok((course, events, more))
        };
        let (course, events, more) = self.app.reads.wait_and_run(read).await.ok()?;
        self.course = course;
        self.ready.extend(events);
        Some(more)
    }
}
