//! Stories of commands that are obeyed and commands that are not.

use bartizan_model::{LiveLevel, LiveLine, LiveMessage, LiveOrder, LiveSessionId, Order};
use bartizan_wire::{SignedLive, command_to_bytes, live_to_bytes};
use proptest::prelude::*;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use uuid::Uuid;

use super::*;

const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const HOUR: Duration = Duration::from_secs(3_600);

struct Server(Ed25519KeyPair);

impl Server {
    fn new(seed: u8) -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap())
    }

    fn sign(&self, what: Signed, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(&what.input(bytes)).as_ref().to_vec()
    }

    fn signs(&self, command: &Command) -> SignedCommand {
        let command = command_to_bytes(command);
        SignedCommand { signature: self.sign(Signed::Command, &command), command }
    }

    fn welcome(&self, challenge: &[u8], now: Timestamp) -> ControlWelcome {
        let signature = self.sign(Signed::Welcome, &welcome_bytes(challenge, now));
        ControlWelcome { now: now.nanos(), signature }
    }
}

fn device(number: u128) -> DeviceId {
    DeviceId::from_uuid(Uuid::from_u128(number))
}

fn command(nonce: u8) -> Command {
    Command {
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        device: device(2),
        action: ActionId::from_uuid(Uuid::from_u128(3)),
        nonce: [nonce; 16],
        issued_at: NOON,
        expires_at: NOON.plus(HOUR),
        order: Order::Release,
    }
}

fn judge_in(folder: &Path, server: &Server) -> Judge {
    let key = server.0.public_key().as_ref();
    let tenant = TenantId::from_uuid(Uuid::from_u128(1));
    let mut judge = Judge::open(folder, key, tenant, device(2)).unwrap();
    let challenge = judge.challenge().unwrap();
    judge.welcome(&server.welcome(&challenge, NOON), Duration::ZERO).unwrap();
    judge
}

fn refused(judge: &mut Judge, signed: &SignedCommand, steady: Duration) -> Refused {
    judge.judge(signed, steady).unwrap_err().1
}

#[test]
fn a_command_of_the_server_for_this_device_is_obeyed_once() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::new(1));
    let mut judge = judge_in(folder.path(), &server);
    let signed = server.signs(&command(1));

    assert_eq!(judge.judge(&signed, Duration::ZERO).unwrap(), command(1));

    assert_eq!(refused(&mut judge, &signed, Duration::ZERO), Refused::Replayed);
    let mut after_a_restart = judge_in(folder.path(), &server);
    assert_eq!(refused(&mut after_a_restart, &signed, Duration::ZERO), Refused::Replayed);
    assert!(after_a_restart.judge(&server.signs(&command(2)), Duration::ZERO).is_ok());
}

#[test]
fn what_is_forged_bent_misaddressed_stale_or_from_the_future_is_refused() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::new(1));
    let mut judge = judge_in(folder.path(), &server);
    let now = Duration::ZERO;

    let forged = Server::new(2).signs(&command(1));
    assert_eq!(refused(&mut judge, &forged, now), Refused::Forged);
    let mut bent = server.signs(&command(1));
    *bent.command.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&mut judge, &bent, now), Refused::Forged);
    let welcome_as_command = SignedCommand {
        signature: server.sign(Signed::Welcome, &command_to_bytes(&command(1))),
        command: command_to_bytes(&command(1)),
    };
    assert_eq!(refused(&mut judge, &welcome_as_command, now), Refused::Forged);
    let other = server.signs(&Command { device: device(9), ..command(1) });
    assert_eq!(refused(&mut judge, &other, now), Refused::Misaddressed);
    let tenant = TenantId::from_uuid(Uuid::from_u128(9));
    let other = server.signs(&Command { tenant, ..command(1) });
    assert_eq!(refused(&mut judge, &other, now), Refused::Misaddressed);
    assert_eq!(refused(&mut judge, &server.signs(&command(1)), HOUR), Refused::Stale);
    let future =
        Command { issued_at: NOON.plus(HOUR), expires_at: NOON.plus(HOUR * 2), ..command(1) };
    assert_eq!(refused(&mut judge, &server.signs(&future), now), Refused::Untimely);
    let for_ever = Command { expires_at: NOON.plus(HOUR * 24 * 365), ..command(1) };
    assert_eq!(refused(&mut judge, &server.signs(&for_ever), now), Refused::Untimely);

    assert!(judge.judge(&server.signs(&command(1)), now).is_ok());
}

#[test]
fn nothing_is_obeyed_before_the_server_has_proved_itself_on_this_very_stream() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::new(1));
    let mut judge = judge_in(folder.path(), &server);
    let old = judge.challenge().unwrap();
    let old_welcome = server.welcome(&old, NOON);
    let signed = server.signs(&command(1));
    assert_eq!(refused(&mut judge, &signed, Duration::ZERO), Refused::NotWelcomed);

    judge.challenge().unwrap();
    assert_eq!(judge.welcome(&old_welcome, Duration::ZERO), Err(Refused::FalseWelcome));
    assert_eq!(refused(&mut judge, &signed, Duration::ZERO), Refused::NotWelcomed);
}

#[test]
fn a_torn_line_of_what_is_remembered_is_passed_over() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::new(1));
    judge_in(folder.path(), &server).judge(&server.signs(&command(1)), Duration::ZERO).unwrap();
    let path = folder.path().join("nonces");
    let mut text = fs::read(&path).unwrap();
    text.extend_from_slice(b"0202020202");
    fs::write(&path, text).unwrap();

    let mut judge = judge_in(folder.path(), &server);

    judge.judge(&server.signs(&command(2)), Duration::ZERO).unwrap();
    let mut judge = judge_in(folder.path(), &server);
    for nonce in [1, 2] {
        let signed = server.signs(&command(nonce));
        assert_eq!(refused(&mut judge, &signed, Duration::ZERO), Refused::Replayed);
    }
}

#[test]
fn a_release_token_frees_its_device_once_until_it_expires() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::new(1));
    let mut judge = judge_in(folder.path(), &server);
    let token = |number, nonce| {
        let mut token = ReleaseToken {
            device: device(number),
            expires_at: NOON.plus(HOUR),
            nonce: [nonce; 16],
            signature: Vec::new(),
        };
        token.signature = server.sign(Signed::Release, &token.signed_bytes());
        token
    };

    assert_eq!(judge.release(&token(9, 1), NOON), Err(Refused::Misaddressed));
    assert_eq!(judge.release(&token(2, 1), NOON.plus(HOUR)), Err(Refused::Stale));
    let later = ReleaseToken { expires_at: NOON.plus(HOUR * 9), ..token(2, 1) };
    assert_eq!(judge.release(&later, NOON), Err(Refused::Forged));
    assert_eq!(judge.release(&token(2, 1), NOON), Ok(()));
    assert_eq!(judge.release(&token(2, 1), NOON), Err(Refused::Replayed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_are_obeyed_that_the_server_did_not_sign(command: Vec<u8>, signature: Vec<u8>) {
        let (folder, server) = (tempfile::tempdir().unwrap(), Server::new(1));
        let mut judge = judge_in(folder.path(), &server);
        let signed = SignedCommand { command, signature };
        prop_assert!(judge.judge(&signed, Duration::ZERO).is_err());
    }
}

fn live(sequence: u64, order: LiveOrder) -> LiveMessage {
    LiveMessage {
        tenant: TenantId::from_uuid(Uuid::from_u128(1)),
        device: device(2),
        session: LiveSessionId::from_uuid(Uuid::from_u128(9)),
        sequence,
        issued_at: NOON,
        expires_at: NOON.plus(Duration::from_secs(60)),
        order,
    }
}

fn opening() -> LiveMessage {
    live(0, LiveOrder::Open { level: LiveLevel::Basic, by: "ada".into(), idle_seconds: 900 })
}

fn line(sequence: u64) -> LiveMessage {
    live(sequence, LiveOrder::Line(LiveLine { text: "jobs".into(), ..LiveLine::default() }))
}

impl Server {
    fn says(&self, message: &LiveMessage) -> SignedLive {
        let message = live_to_bytes(message);
        SignedLive { signature: self.sign(Signed::Live, &message), message }
    }
}

#[test]
fn a_line_of_a_live_session_is_obeyed_once_and_in_order() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::new(1));
    let mut judge = judge_in(folder.path(), &server);
    let mut hear = |message: &LiveMessage| {
        judge.judge_live(&server.says(message), Duration::ZERO).map_err(|(_, why)| why)
    };

    assert_eq!(hear(&line(1)), Err(Refused::NoSession));
    assert!(hear(&opening()).is_ok());
    assert_eq!(hear(&opening()), Err(Refused::Replayed));
    assert_eq!(hear(&line(2)), Err(Refused::OutOfOrder));
    assert!(hear(&line(1)).is_ok() && hear(&line(2)).is_ok());
    assert_eq!(hear(&line(1)), Err(Refused::Replayed));
    assert!(hear(&live(3, LiveOrder::Close)).is_ok());
    assert_eq!(hear(&line(4)), Err(Refused::Replayed), "the session is over");
    assert_eq!(hear(&live(4, LiveOrder::Close)), Err(Refused::NoSession), "both ended it");
    drop(judge);
    // A restart forgets the session, but not that it was opened once.
    let mut judge = judge_in(folder.path(), &server);
    let again = judge.judge_live(&server.says(&opening()), Duration::ZERO).unwrap_err();
    assert_eq!(again.1, Refused::Replayed);
}

#[test]
fn a_line_that_is_forged_stale_misaddressed_or_no_line_is_refused() {
    let (folder, server) = (tempfile::tempdir().unwrap(), Server::new(1));
    let mut judge = judge_in(folder.path(), &server);
    let forged = Server::new(2).says(&opening());
    let as_command = {
        let message = live_to_bytes(&opening());
        SignedLive { signature: server.sign(Signed::Command, &message), message }
    };
    let misaddressed = server.says(&LiveMessage { device: device(3), ..opening() });
    let untimely = server.says(&LiveMessage { expires_at: NOON.plus(HOUR), ..opening() });
    let unreadable =
        SignedLive { signature: server.sign(Signed::Live, b"\xff"), message: b"\xff".to_vec() };

    for (signed, steady, wanted) in [
        (forged, Duration::ZERO, Refused::Forged),
        (as_command, Duration::ZERO, Refused::Forged),
        (misaddressed, Duration::ZERO, Refused::Misaddressed),
        (server.says(&opening()), Duration::from_secs(61), Refused::Stale),
        (untimely, Duration::ZERO, Refused::Untimely),
    ] {
        assert_eq!(judge.judge_live(&signed, steady).unwrap_err().1, wanted);
    }
    let refused = judge.judge_live(&unreadable, Duration::ZERO).unwrap_err().1;
    assert!(matches!(refused, Refused::Unreadable(_)));
    judge.challenge().unwrap();
    let refused = judge.judge_live(&server.says(&opening()), Duration::ZERO).unwrap_err().1;
    assert_eq!(refused, Refused::NotWelcomed, "a new stream proves itself anew");
}
