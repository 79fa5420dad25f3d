//! The listener: one port, TLS, client certificates for all but enrolment.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use bartizan_event_log::LogError;
use bartizan_wire::{
    Acknowledgement, Batch, CONTROL_BYTES_MAX, EnrolRequest, EnrolResponse, MESSAGE_BYTES_MAX,
    WireError,
    control_server::ControlServer,
    enrolment_server::{Enrolment, EnrolmentServer},
    uplink_server::{Uplink, UplinkServer},
};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use tokio::net::TcpListener;
use tonic::{
    Code, Request, Response, Status, Streaming,
    transport::{Certificate, Identity, Server, ServerTlsConfig, server::TcpIncoming},
};

use crate::{Ingest, IngestError};

const KEEP_ALIVE: Duration = Duration::from_secs(30);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(20);
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Most streams of one connection: a sensor needs one.
const STREAMS_MAX: u32 = 8;

/// Most bytes of a request to enrol.
const ENROLMENT_BYTES_MAX: usize = 64 * 1024;

/// The listener's own certificate, and by whose certificates it knows devices.
#[derive(Clone)]
pub struct ListenerTls {
    /// The server's certificate and its issuers, PEM.
    pub chain_pem: String,
    /// Its key, PEM.
    pub key_pem: String,
    /// The authority that device certificates come from, PEM.
    pub authority_pem: String,
}

impl std::fmt::Debug for ListenerTls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ListenerTls").finish_non_exhaustive()
    }
}

/// Takes sensors on this listener until `shutdown` is over; open streams end then.
///
/// # Errors
/// When the certificates cannot be used, or the listener breaks.
pub async fn serve(
    ingest: Arc<Ingest>,
    listener: TcpListener,
    tls: ListenerTls,
    shutdown: impl Future<Output = ()>,
) -> Result<(), tonic::transport::Error> {
    let tls = ServerTlsConfig::new()
        .identity(Identity::from_pem(tls.chain_pem, tls.key_pem))
        .client_ca_root(Certificate::from_pem(tls.authority_pem))
        .client_auth_optional(true)
        .timeout(HANDSHAKE_TIMEOUT);
    let enrolment = EnrolmentServer::new(Services(Arc::clone(&ingest)))
        .max_decoding_message_size(ENROLMENT_BYTES_MAX);
    let control = ControlServer::new(Services(Arc::clone(&ingest)))
        .max_decoding_message_size(CONTROL_BYTES_MAX);
    let uplink = UplinkServer::new(Services(Arc::clone(&ingest)))
        .max_decoding_message_size(MESSAGE_BYTES_MAX);
    Server::builder()
        .tls_config(tls)?
        .http2_keepalive_interval(Some(KEEP_ALIVE))
        .http2_keepalive_timeout(Some(KEEP_ALIVE_TIMEOUT))
        .max_concurrent_streams(STREAMS_MAX)
        .add_service(enrolment)
        .add_service(uplink)
        .add_service(control)
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listener).with_nodelay(Some(true)),
            async move {
                shutdown.await;
                ingest.closing.send_replace(true);
            },
        )
        .await
}

#[derive(Debug)]
pub(crate) struct Services(pub(crate) Arc<Ingest>);

#[tonic::async_trait]
impl Enrolment for Services {
    async fn enrol(
        &self,
        request: Request<EnrolRequest>,
    ) -> Result<Response<EnrolResponse>, Status> {
        let address = request.remote_addr().map(|address| address.ip());
        let request = request.into_inner();
        let answer = blocking(&self.0, move |ingest| ingest.enrol(request, address)).await?;
        Ok(Response::new(answer))
    }
}

#[tonic::async_trait]
impl Uplink for Services {
    type SendStream = Pin<Box<dyn Stream<Item = Result<Acknowledgement, Status>> + Send>>;

    async fn send(
        &self,
        request: Request<Streaming<Batch>>,
    ) -> Result<Response<Self::SendStream>, Status> {
        let certificate = certificate_of(&request)?;
        let holder = Arc::clone(&certificate);
        blocking(&self.0, move |ingest| ingest.admit(&holder)).await?;
        let ingest = Arc::clone(&self.0);
        let mut closing = self.0.closing.subscribe();
        // One batch after the other: their numbers ascend.
        let answers =
            request
                .into_inner()
                .and_then(move |batch| {
                    let certificate = Arc::clone(&certificate);
                    let ingest = Arc::clone(&ingest);
                    async move {
                        blocking(&ingest, move |ingest| ingest.accept(&certificate, &batch)).await
                    }
                })
                .take_until(async move { closing.wait_for(|closing| *closing).await.is_ok() });
        Ok(Response::new(Box::pin(answers)))
    }
}

/// The certificate that the other side of a call has shown.
pub(crate) fn certificate_of<T>(request: &Request<T>) -> Result<Arc<[u8]>, Status> {
    let chain = request.peer_certs();
    let leaf = chain.and_then(|chain| chain.first().map(|leaf| leaf.to_vec()));
    let missing = || Status::unauthenticated("a device certificate is needed; enrol first");
    leaf.map(Arc::from).ok_or_else(missing)
}

pub(crate) async fn blocking<T: Send + 'static>(
    ingest: &Arc<Ingest>,
    work: impl FnOnce(&Ingest) -> Result<T, IngestError> + Send + 'static,
) -> Result<T, Status> {
    let ingest = Arc::clone(ingest);
    tokio::task::spawn_blocking(move || work(&ingest))
        .await
        .map_err(|_ended| Status::internal("taking the request failed"))?
        .map_err(|error| status(&error))
}

/// The error in the words of gRPC. What is wrong inside the server is for its own log.
fn status(error: &IngestError) -> Status {
    use bartizan_access::Refusal;
    let (code, message) = match error {
        IngestError::Refused(Refusal::UnknownDevice | Refusal::RevokedDevice) => {
            (Code::Unauthenticated, error.to_string())
        }
        IngestError::Refused(_) => (Code::PermissionDenied, error.to_string()),
        IngestError::Wire(WireError::Version { .. }) => {
            (Code::FailedPrecondition, error.to_string())
        }
        IngestError::Wire(_) => (Code::InvalidArgument, error.to_string()),
        IngestError::Log(LogError::Full { .. }) => {
            (Code::ResourceExhausted, "the server's disk is full".to_owned())
        }
        IngestError::Log(_)
        | IngestError::Access(_)
        | IngestError::Payload
        | IngestError::Upload(_) => {
            (Code::Unavailable, "the server cannot keep events at the moment".to_owned())
        }
    };
    if matches!(code, Code::ResourceExhausted | Code::Unavailable) {
        tracing::error!(error = ?error, "a request was not taken");
    }
    Status::new(code, message)
}
