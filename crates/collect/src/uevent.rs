//! What the kernel says when a device is plugged in or removed, over its own broadcast socket.

use std::{io, os::fd::OwnedFd};

use bartizan_model::{Operation, OperationKind as Kind};
use rustix::net::{
    AddressFamily, RecvFlags, SocketFlags, SocketType, bind, netlink, recv, socket_with,
};

/// Most bytes of one message.
const MESSAGE_MAX: usize = 8192;
/// Most messages that are read at once: a bus that flaps must not hold the sensor up.
const AT_ONCE: usize = 64;

/// Listens.
#[derive(Debug)]
pub(crate) struct Uevents {
    socket: OwnedFd,
}

impl Uevents {
    pub(crate) fn open() -> io::Result<Self> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let protocol = Some(netlink::KOBJECT_UEVENT);
        let socket = socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, protocol)?;
        bind(&socket, &netlink::SocketAddrNetlink::new(0, 1))?;
        Ok(Self { socket })
    }

    /// What was plugged in and removed since it was last asked.
    pub(crate) fn take(&self) -> Vec<Operation> {
        let mut message = vec![0; MESSAGE_MAX];
        let mut taken = Vec::new();
        for _ in 0..AT_ONCE {
            match recv(&self.socket, &mut message[..], RecvFlags::DONTWAIT) {
                Ok((read, _)) => taken.extend(parse(message.get(..read).unwrap_or_default())),
                Err(_nothing_there) => break,
            }
        }
        taken
    }
}

/// A message: a headline, then `NAME=value`, each ended by a zero byte. Only devices that people plug in.
pub(crate) fn parse(message: &[u8]) -> Option<Operation> {
    let text = String::from_utf8_lossy(message);
    let field =
        |name: &str| text.split('\0').find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let kind = match field("ACTION")? {
        "add" => Kind::DeviceConnected,
        "remove" => Kind::DeviceRemoved,
        _ => return None,
    };
    let subsystem = field("SUBSYSTEM")?;
    let plugged = matches!(
        (subsystem, field("DEVTYPE")),
        ("usb", Some("usb_device"))
            | ("block", Some("disk"))
            | ("thunderbolt" | "mmc" | "firewire" | "pcmcia", _)
    );
    if !plugged {
        return None;
    }
    let path = field("DEVPATH").map(|path| format!("/sys{path}").into());
    let mut operation = Operation { path, ..Operation::new(kind) }.with("Subsystem", subsystem);
    for (name, field_name) in
        [("DeviceName", "DEVNAME"), ("Product", "PRODUCT"), ("Class", "TYPE"), ("Driver", "DRIVER")]
    {
        if let Some(value) = field(field_name) {
            operation = operation.with(name, value);
        }
    }
    Some(operation)
}

#[cfg(test)]
mod tests {
    use bartizan_model::OperationKind;
    use proptest::prelude::*;

    use super::parse;

    const STICK: &[u8] = b"add@/devices/pci0000:00/usb1/1-2\0ACTION=add\0DEVPATH=/devices/pci0000:00/usb1/1-2\0\
        SUBSYSTEM=usb\0DEVNAME=bus/usb/001/004\0DEVTYPE=usb_device\0PRODUCT=781/5581/100\0TYPE=0/0/0\0SEQNUM=4\0";

    #[test]
    fn a_stick_that_is_plugged_in_is_told_with_its_maker_and_product() {
        let operation = parse(STICK).unwrap();
        assert_eq!(operation.kind, OperationKind::DeviceConnected);
        assert_eq!(operation.path.as_deref(), Some("/sys/devices/pci0000:00/usb1/1-2"));
        assert_eq!(operation.detail("Product"), Some(&"781/5581/100".into()));
    }

    #[test]
    fn what_nobody_plugs_in_is_not_told() {
        assert_eq!(parse(b"add@/x\0ACTION=add\0DEVPATH=/x\0SUBSYSTEM=net\0"), None);
        assert_eq!(parse(b"change@/x\0ACTION=change\0SUBSYSTEM=usb\0DEVTYPE=usb_device\0"), None);
        assert_eq!(parse(b""), None);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _operation = parse(&bytes);
        }
    }
}
