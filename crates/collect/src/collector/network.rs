//! Connections: one event each, with its outcome when that comes soon.

use std::net::SocketAddr;

use bartizan_model::{Connection, ConnectionOutcome, Protocol};
use bartizan_probe_abi::{Actor, Connect, ConnectPhase};

use crate::{collector::Collector, fact::What};

const TCP: u8 = 6;

impl Collector {
    pub(crate) fn on_connect(&mut self, actor: &Actor, connect: &Connect, time_ns: u64) {
        let outcome = match connect.phase {
            ConnectPhase::Attempt => ConnectionOutcome::Attempted,
            ConnectPhase::Established => ConnectionOutcome::Succeeded,
            ConnectPhase::Failed => ConnectionOutcome::Failed,
            ConnectPhase::Accepted => ConnectionOutcome::Accepted,
            ConnectPhase::Listen => ConnectionOutcome::Listening,
        };
        let outgoing =
            !matches!(outcome, ConnectionOutcome::Accepted | ConnectionOutcome::Listening);
        let local = SocketAddr::new(connect.local_address, connect.local_port);
        let connection = Connection {
            outcome,
            protocol: if connect.protocol == TCP { Protocol::Tcp } else { Protocol::Udp },
            local: (local.port() != 0).then_some(local),
            remote: SocketAddr::new(connect.remote_address, connect.remote_port),
            host: outgoing.then(|| self.lookups.name_of(connect.remote_address)).flatten(),
        };
        let process = self.acting(actor);
        if connection.protocol == Protocol::Udp && outgoing {
            // Every look-up of a name is a socket of its own: once per window says as much.
            let window = (process.key, connection.remote);
            if !self.datagrams.is_first(&window, || (), time_ns) {
                return;
            }
        }
        if outgoing && outcome != ConnectionOutcome::Attempted {
            self.attempts.settle(connect.cookie);
        }
        if !self.network_rates.allow(&process.label(), time_ns) {
            return;
        }
        let held = connection.protocol == Protocol::Tcp && outcome == ConnectionOutcome::Attempted;
        let what = What::Connection(connection);
        let Some(fact) = self.fact_of(process.key, what, time_ns) else { return };
        let told =
            if held { self.attempts.hold(connect.cookie, fact, time_ns) } else { Some(fact) };
        if let Some(fact) = told {
            self.tell(fact);
        }
    }
}
