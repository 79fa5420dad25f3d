//! Names that processes look up: one event for a question and its answer. What was answered names the
//! connections that follow.

use std::{
    collections::{HashMap, VecDeque},
    net::{IpAddr, SocketAddr},
};

use bartizan_model::{Operation, OperationKind, ProcessKey, Text};
use bartizan_probe_abi::{Actor, Dns};

use crate::{
    collector::Collector,
    dns::{self, Answer, Message},
};

/// How long a question waits for its answer.
const HOLD_NS: u64 = 3 * 1_000_000_000;
/// Most questions that wait; beyond it the oldest is told without an answer.
const HELD: usize = 2048;
/// Most addresses whose names are remembered; beyond it the oldest is forgotten.
const NAMED: usize = 8192;

/// What was asked and answered.
#[derive(Debug, Default)]
pub(crate) struct Lookups {
    asked: HashMap<Asked, Question>,
    order: VecDeque<(u64, Asked)>,
    names: HashMap<IpAddr, Text>,
    named: VecDeque<IpAddr>,
}

type Asked = (u64, u16, u16, String);

#[derive(Debug, Clone, Copy)]
struct Question {
    process: ProcessKey,
    server: SocketAddr,
    time_ns: u64,
}

impl Lookups {
    /// The name that was last answered with this address.
    pub(crate) fn name_of(&self, address: IpAddr) -> Option<Text> {
        self.names.get(&address.to_canonical()).cloned()
    }

    fn learn(&mut self, message: &Message) {
        for answer in &message.answers {
            let Answer::Address(address) = answer else { continue };
            let address = address.to_canonical();
            if self.names.insert(address, message.name.as_str().into()).is_none() {
                self.named.push_back(address);
            }
            if self.named.len() > NAMED
                && let Some(oldest) = self.named.pop_front()
            {
                self.names.remove(&oldest);
            }
        }
    }

    fn overdue(&mut self, now_ns: u64) -> Vec<(Asked, Question)> {
        let mut overdue = Vec::new();
        while let Some((since_ns, _)) = self.order.front() {
            if now_ns.saturating_sub(*since_ns) < HOLD_NS && self.order.len() <= HELD {
                break;
            }
            let Some((_, asked)) = self.order.pop_front() else { break };
            if let Some(question) = self.asked.remove(&asked) {
                overdue.push((asked, question));
            }
        }
        overdue
    }
}

impl Collector {
    pub(crate) fn on_dns(&mut self, actor: &Actor, packet: &Dns, time_ns: u64) {
        let Some(message) = dns::parse(&packet.payload) else { return };
        if message.response != packet.response {
            return;
        }
        let server = SocketAddr::new(packet.server, packet.server_port);
        let asked = (packet.cookie, message.id, message.kind, message.name.clone());
        let process = self.acting(actor);
        if message.response {
            self.lookups.learn(&message);
            let asked = self.lookups.asked.remove(&asked);
            let question = asked.unwrap_or(Question { process: process.key, server, time_ns });
            self.tell_lookup(question, &message.name, message.kind, Some(&message));
            return;
        }
        let question = Question { process: process.key, server, time_ns };
        self.lookups.order.push_back((time_ns, asked.clone()));
        self.lookups.asked.insert(asked, question);
    }

    /// Tells questions that nobody answered.
    pub(crate) fn close_lookups(&mut self, now_ns: u64) {
        for ((_, _, kind, name), question) in self.lookups.overdue(now_ns) {
            self.tell_lookup(question, &name, kind, None);
        }
    }

    fn tell_lookup(&mut self, question: Question, name: &str, kind: u16, answer: Option<&Message>) {
        let Question { process, server, time_ns } = question;
        let said = (process, kind, answer.map(|answer| answer.code), Text::from(name));
        if !self.lookups_said.is_first(&said, || (), time_ns) {
            return;
        }
        let Some(label) = self.known(process).map(|process| process.label()) else { return };
        if !self.network_rates.allow(&label, time_ns) {
            return;
        }
        let mut operation = Operation {
            host: Some(name.into()),
            remote: Some(server),
            ..Operation::new(OperationKind::DnsQuery)
        }
        .with("DnsQueryString", name)
        .with("DnsQueryType", dns::kind_word(kind));
        if let Some(answer) = answer {
            let shown = |answer: &Answer| match answer {
                Answer::Address(address) => address.to_string().into(),
                Answer::Text(text) => text.as_str().into(),
            };
            let answers: Vec<Text> = answer.answers.iter().map(shown).collect();
            operation = operation
                .with("DnsResponseCode", dns::code_word(answer.code))
                .with("DnsQueryResult", answers);
        }
        self.tell_done(process, operation, None, time_ns);
    }
}
