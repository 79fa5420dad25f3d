//! The two ports: the console and its interface, and the one sensors come to.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use bartizan_access::ServerCertificate;
use bartizan_api::Api;
use bartizan_ingest::{Ingest, ListenerTls};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::failure;
use crate::say;

/// How long open requests and streams may take to end.
const END_WITHIN: Duration = Duration::from_secs(2);

/// Both ports, taken but not served yet.
pub(super) struct Listeners {
    console: std::net::TcpListener,
    console_address: SocketAddr,
    sensors: std::net::TcpListener,
    sensors_address: SocketAddr,
}

impl Listeners {
    /// Take both ports, or say which one cannot be had.
    pub(super) fn bind(console: SocketAddr, sensors: SocketAddr) -> anyhow::Result<Self> {
        let (console, console_address) = bind("the console", "--console", console)?;
        let (sensors, sensors_address) = bind("sensors", "--sensors", sensors)?;
        Ok(Self { console, console_address, sensors, sensors_address })
    }

    /// Address of the console.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.console_address)
    }

    /// Where sensors come to, as `host:port`.
    pub(super) fn sensors_address(&self) -> String {
        self.sensors_address.to_string()
    }

    /// Serve both.
    pub(super) fn start(
        self,
        api: Api,
        ingest: Arc<Ingest>,
        certificate: ServerCertificate,
        authority_pem: String,
    ) -> anyhow::Result<Serving> {
        let (end, ended) = watch::channel(false);
        let console = TcpListener::from_std(self.console).context("taking the console's port")?;
        let sensors = TcpListener::from_std(self.sensors).context("taking the sensors' port")?;
        let tls = ListenerTls {
            chain_pem: certificate.chain_pem,
            key_pem: certificate.key_pem,
            authority_pem,
        };
        let router = bartizan_api::router(api).into_make_service_with_connect_info::<SocketAddr>();
        let until = until(ended.clone());
        let console = tokio::spawn(async move {
            if let Err(error) = axum::serve(console, router).with_graceful_shutdown(until).await {
                say(&format!("error: serving the console: {error}"));
            }
        });
        let sensors = tokio::spawn(async move {
            if let Err(error) =
                bartizan_ingest::serve(ingest, sensors, tls, self::until(ended)).await
            {
                say(&format!("error: taking sensors: {error}"));
            }
        });
        Ok(Serving { end, tasks: [console, sensors] })
    }
}

/// Both ports, served.
pub(super) struct Serving {
    end: watch::Sender<bool>,
    tasks: [JoinHandle<()>; 2],
}

impl Serving {
    /// Take nothing new, and let what is open end.
    pub(super) async fn stop(self) {
        self.end.send_replace(true);
        for mut task in self.tasks {
            // A page that listens for news never ends by itself.
            if tokio::time::timeout(END_WITHIN, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

async fn until(mut ended: watch::Receiver<bool>) {
    // The sender lives as long as the server; if it is gone, ending is right too.
    drop(ended.wait_for(|ended| *ended).await);
}

fn bind(
    what: &str,
    flag: &str,
    address: SocketAddr,
) -> anyhow::Result<(std::net::TcpListener, SocketAddr)> {
    let refuse = |error| failure::cannot_listen(what, flag, address, error);
    let listener = std::net::TcpListener::bind(address).map_err(refuse)?;
    listener.set_nonblocking(true).map_err(refuse)?;
    let bound = listener.local_addr().map_err(refuse)?;
    Ok((listener, bound))
}
