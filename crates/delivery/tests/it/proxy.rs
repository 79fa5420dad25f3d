//! A network between sensor and server that can lose what the server says.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A relay to the server.
#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    /// What the server says gets lost.
    pub(crate) deaf: Arc<AtomicBool>,
    /// Bytes that got lost.
    pub(crate) lost: Arc<AtomicU64>,
}

impl Proxy {
    pub(crate) async fn start(to: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Self { port, deaf: Arc::default(), lost: Arc::default() };
        let relay = proxy.clone();
        tokio::spawn(async move {
            while let Ok((sensor, _)) = listener.accept().await {
                tokio::spawn(relay.clone().carry(sensor, to));
            }
        });
        proxy
    }

    async fn carry(self, sensor: TcpStream, to: u16) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", to)).await else { return };
        let (mut from_sensor, mut to_sensor) = sensor.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let up = tokio::io::copy(&mut from_sensor, &mut to_server);
        let down = async {
            let mut bytes = vec![0; 16 * 1024];
            while let Ok(count @ 1..) = from_server.read(&mut bytes).await {
                if self.deaf.load(Ordering::SeqCst) {
                    self.lost.fetch_add(u64::try_from(count).unwrap(), Ordering::SeqCst);
                } else if to_sensor.write_all(bytes.get(..count).unwrap()).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            _ = up => {}
            () = down => {}
        }
    }
}
