//! Stories of coming in.

use std::{sync::Arc, time::Duration};

use bartizan_model::Timestamp;
use bartizan_store::{AuditFilter, Role, Seek, Store};
use rcgen::{CertificateParams, KeyPair};

use crate::{Access, AccessError, FirstSignIn, FirstTenant, Identity, Permission, Refusal};

const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const HERE: &str = "127.0.0.1";
const CHOSEN: &str = "a walk by the castle wall";

struct House {
    folder: tempfile::TempDir,
    access: Access,
    first: Option<FirstSignIn>,
}

fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let (access, first) = open(folder.path());
    House { folder, access, first }
}

fn open(folder: &std::path::Path) -> (Access, Option<FirstSignIn>) {
    let store = Arc::new(Store::open(folder.join("records.sqlite")).unwrap());
    Access::open(store, folder, FirstTenant::default(), NOON).unwrap()
}

fn after(seconds: u64) -> Timestamp {
    NOON.plus(Duration::from_secs(seconds))
}

fn refusal<T: std::fmt::Debug>(outcome: Result<T, AccessError>) -> Refusal {
    match outcome {
        Err(AccessError::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

impl House {
    fn administrator(&self) -> Identity {
        let first = self.first.clone().unwrap();
        let signed = self.access.sign_in(&first.name, &first.password, HERE, NOON).unwrap();
        self.access.choose_password(&signed.identity, &first.password, CHOSEN, HERE, NOON).unwrap();
        self.access.sign_in(&first.name, CHOSEN, HERE, NOON).unwrap().identity
    }
}

#[test]
fn the_one_time_password_allows_nothing_until_another_is_chosen_and_nothing_after() {
    let house = house();
    let first = house.first.clone().unwrap();

    let signed = house.access.sign_in("ADMIN", &first.password, HERE, NOON).unwrap();
    assert!(signed.identity.must_choose_password());
    assert!(!signed.identity.may(Permission::Read));

    let identity = house.administrator();
    assert!(identity.may(Permission::ManageUsers));
    assert_eq!(house.access.session(&signed.secret, NOON).unwrap(), None);
    let again = house.access.sign_in("admin", &first.password, HERE, NOON);
    assert_eq!(refusal(again), Refusal::WrongPassword);
}

#[test]
fn a_second_start_shows_the_same_one_time_password_until_another_is_chosen() {
    let house = house();

    let (_, second) = open(house.folder.path());
    assert_eq!(second, house.first);

    house.administrator();
    let (_, third) = open(house.folder.path());
    assert_eq!(third, None);
}

#[test]
fn weak_passwords_are_refused_with_the_reason() {
    let house = house();
    let first = house.first.clone().unwrap();
    let identity = house.access.sign_in(&first.name, &first.password, HERE, NOON).unwrap().identity;
    let choose =
        |new: &str| house.access.choose_password(&identity, &first.password, new, HERE, NOON);

    for (new, reason) in [
        ("short", "12 characters"),
        ("aaaaaaaaaaaaaaa", "repeats"),
        (first.password.as_str(), "old one"),
        ("admin-admin-1", "name"),
    ] {
        let said = refusal(choose(new)).to_string();
        assert!(said.contains(reason), "{new}: {said}");
    }
}

#[test]
fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
    let house = house();
    house.administrator();
    let signed = house.access.sign_in("admin", CHOSEN, HERE, NOON).unwrap();
    let goes_on = |at| house.access.session(&signed.secret, at).unwrap().is_some();

    for minutes in (0..12 * 60).step_by(29) {
        assert!(goes_on(after(minutes * 60)), "after {minutes} minutes");
    }
    assert!(!goes_on(after(12 * 3_600)));

    let signed = house.access.sign_in("admin", CHOSEN, HERE, NOON).unwrap();
    assert_eq!(house.access.session(&signed.secret, after(31 * 60)).unwrap(), None);
}

#[test]
fn after_five_wrong_passwords_even_the_right_one_has_to_wait() {
    let house = house();
    house.administrator();
    let try_with = |password: &str, at| house.access.sign_in("admin", password, HERE, at);

    for _ in 0..5 {
        assert_eq!(refusal(try_with("wrong", NOON)), Refusal::WrongPassword);
    }
    let said = refusal(try_with(CHOSEN, after(60))).to_string();
    assert_eq!(said, "too many failed sign-ins: try again in 14 minutes");
    assert!(house.access.sign_in("admin", CHOSEN, "10.0.0.9", after(60)).is_ok());
    assert!(try_with(CHOSEN, after(15 * 60)).is_ok());
}

#[test]
fn every_try_to_sign_in_is_in_the_audit_log() {
    let house = house();
    let identity = house.administrator();
    assert!(house.access.sign_in("nobody", "x", "10.1.1.1", NOON).is_err());

    let log = house
        .access
        .store
        .audit(identity.tenant, &AuditFilter::default(), &Seek::first(100))
        .unwrap()
        .items;

    let refused = log.iter().find(|entry| entry.outcome == "refused").unwrap();
    assert_eq!((refused.actor.as_str(), refused.address.as_str()), ("nobody", "10.1.1.1"));
    assert!(log.iter().any(|entry| entry.action == "user.password"));
    assert!(log.iter().any(|entry| entry.action == "session.create" && entry.outcome == "done"));
}

#[test]
fn a_machine_becomes_a_device_once_and_is_known_by_its_certificate() {
    let house = house();
    let identity = house.administrator();
    let hour = Duration::from_secs(3_600);
    let token = house.access.create_enrolment_token(&identity, "web", hour, HERE, NOON).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["evil.example".to_owned()]).unwrap();
    params.is_ca = rcgen::IsCa::NoCa;
    let request = params.serialize_request(&key).unwrap().der().to_vec();
    let enrol = |secret: &[u8], at| house.access.enrol(secret, &request, None, None, at);

    assert_eq!(refusal(enrol(b"guess", NOON)), Refusal::UnknownEnrolmentToken);
    assert_eq!(refusal(enrol(&token.0, after(3_600))), Refusal::ExpiredEnrolmentToken);
    assert_eq!(
        refusal(house.access.enrol(&token.0, b"no request", None, None, NOON)),
        Refusal::BadRequest
    );
    let enrolled = enrol(&token.0, NOON).unwrap();
    assert_eq!(refusal(enrol(&token.0, NOON)), Refusal::UsedEnrolmentToken);

    let certificate = &enrolled.certificate_chain[0];
    let known = house.access.device_of(certificate).unwrap();
    assert_eq!((known.device, known.tenant), (enrolled.device, identity.tenant));
    assert!(!String::from_utf8_lossy(certificate).contains("evil.example"));
    assert_eq!(
        refusal(house.access.device_of(house.access.authority().certificate())),
        Refusal::UnknownDevice
    );
}

#[test]
fn the_authority_is_the_same_after_a_start_and_its_key_is_ours_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = house();

    let (again, _) = open(house.folder.path());

    assert_eq!(again.authority().certificate(), house.access.authority().certificate());
    let key = house.folder.path().join("authority.key.pem");
    assert_eq!(std::fs::metadata(key).unwrap().permissions().mode() & 0o777, 0o600);
    let server = again.authority().server_certificate(&["keep.example".to_owned()], NOON).unwrap();
    assert_eq!(server.chain_pem.matches("BEGIN CERTIFICATE").count(), 2);
}

#[test]
fn a_token_can_do_no_more_than_who_made_it_and_ends() {
    let house = house();
    let administrator = house.administrator();
    let responder = Identity { role: Role::Responder, ..administrator };
    let hour = Duration::from_secs(3_600);
    let text =
        house.access.create_api_token(&responder, "ci", Role::Administrator, hour, NOON).unwrap();

    let token = house.access.token(&text, NOON).unwrap().unwrap();
    assert_eq!(token.role, Role::Responder);
    assert_eq!(house.access.token(&text, after(3_600)).unwrap(), None);
    assert_eq!(house.access.token("bzt_AAAA", NOON).unwrap(), None);
}

/// What an authenticator shows at this time, of the secret that was typed into it.
fn shown(secret: &str, now: Timestamp) -> String {
    let secret = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let step = u64::try_from(now.millis()).unwrap() / 30_000;
    crate::totp::code_of(&secret, step)
}

#[test]
fn who_confirmed_a_second_factor_needs_a_code_and_each_code_opens_once() {
    let house = house();
    let admin = house.administrator();
    let made = house.access.begin_second_factor(&admin, CHOSEN, HERE, NOON).unwrap();
    // Until it is confirmed the password is enough.
    house.access.sign_in("admin", CHOSEN, HERE, NOON).unwrap();
    let wrong = house.access.confirm_second_factor(&admin, "000000x", HERE, NOON);
    assert_eq!(refusal(wrong), Refusal::WrongCode);
    let code = shown(&made.secret, NOON);
    let recovery = house.access.confirm_second_factor(&admin, &code, HERE, NOON).unwrap();

    let without = house.access.sign_in("admin", CHOSEN, HERE, after(60));
    assert_eq!(refusal(without), Refusal::CodeNeeded);
    let again = house.access.sign_in_with("admin", (CHOSEN, Some(&code)), HERE, NOON);
    assert_eq!(refusal(again), Refusal::WrongCode);
    let next = shown(&made.secret, after(60));
    house.access.sign_in_with("admin", (CHOSEN, Some(&next)), HERE, after(60)).unwrap();
    let twice = house.access.sign_in_with("admin", (CHOSEN, Some(&next)), HERE, after(61));
    assert_eq!(refusal(twice), Refusal::WrongCode);

    let lost = recovery[3].to_uppercase();
    house.access.sign_in_with("admin", (CHOSEN, Some(&lost)), HERE, after(90)).unwrap();
    let twice = house.access.sign_in_with("admin", (CHOSEN, Some(&lost)), HERE, after(91));
    assert_eq!(refusal(twice), Refusal::WrongCode);
}

#[test]
fn guessing_codes_ends_after_five_from_wherever_they_come() {
    let house = house();
    let admin = house.administrator();
    let made = house.access.begin_second_factor(&admin, CHOSEN, HERE, NOON).unwrap();
    let code = shown(&made.secret, NOON);
    house.access.confirm_second_factor(&admin, &code, HERE, NOON).unwrap();
    for guess in 0..5 {
        let from = format!("10.0.0.{guess}");
        let wrong =
            house.access.sign_in_with("Admin", (CHOSEN, Some("recover-me")), &from, after(60));
        assert_eq!(refusal(wrong), Refusal::WrongCode);
    }
    let right = shown(&made.secret, after(90));
    let late = house.access.sign_in_with("admin", (CHOSEN, Some(&right)), "10.0.0.9", after(90));
    assert!(matches!(refusal(late), Refusal::TooMany { .. }));
}

#[test]
fn a_second_factor_is_taken_away_with_password_and_code_only() {
    let house = house();
    let admin = house.administrator();
    let made = house.access.begin_second_factor(&admin, CHOSEN, HERE, NOON).unwrap();
    house.access.confirm_second_factor(&admin, &shown(&made.secret, NOON), HERE, NOON).unwrap();
    let again = house.access.begin_second_factor(&admin, CHOSEN, HERE, NOON);
    assert!(matches!(refusal(again), Refusal::Taken(_)));
    let later = after(120);
    let code = shown(&made.secret, later);
    let wrong = house.access.remove_second_factor(&admin, ("wrong", &code), HERE, later);
    assert_eq!(refusal(wrong), Refusal::WrongCurrentPassword);

    house.access.remove_second_factor(&admin, (CHOSEN, &code), HERE, later).unwrap();

    house.access.sign_in("admin", CHOSEN, HERE, later).unwrap();
}

#[test]
fn watching_does_not_keep_a_session_open() {
    let house = house();
    let first = house.first.clone().unwrap();
    let secret = house.access.sign_in(&first.name, &first.password, HERE, NOON).unwrap().secret;
    assert!(house.access.goes_on(&secret, after(29 * 60)).unwrap());
    assert!(!house.access.goes_on(&secret, after(31 * 60)).unwrap());
}
