//! What ties alerts to incidents, as JSON.

use std::net::IpAddr;

use bartizan_model::{BootId, Tie};
use serde::{Deserialize, Serialize};

use super::{Border, key};
use crate::column::unreadable;

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum TieForm {
    Family { device: String, ancestor: String },
    Session { device: String, boot: String, session: u32 },
    File { sha256: String },
    Address { ip: IpAddr },
    Domain { name: String },
}

impl Border for Tie {
    type Form = TieForm;

    fn form(&self) -> TieForm {
        match self {
            Self::Family { device, ancestor } => {
                TieForm::Family { device: device.to_string(), ancestor: ancestor.to_string() }
            }
            Self::Session { device, boot, session } => TieForm::Session {
                device: device.to_string(),
                boot: format!("{:032x}", boot.0),
                session: *session,
            },
            Self::File(sha256) => TieForm::File { sha256: sha256.to_string() },
            Self::Address(ip) => TieForm::Address { ip: *ip },
            Self::Domain(name) => TieForm::Domain { name: name.to_string() },
        }
    }

    fn of(form: TieForm) -> rusqlite::Result<Self> {
        Ok(match form {
            TieForm::Family { device, ancestor } => Self::Family {
                device: device.parse().map_err(unreadable)?,
                ancestor: key(&ancestor)?,
            },
            TieForm::Session { device, boot, session } => Self::Session {
                device: device.parse().map_err(unreadable)?,
                boot: BootId(u128::from_str_radix(&boot, 16).map_err(unreadable)?),
                session,
            },
            TieForm::File { sha256 } => Self::File(sha256.into()),
            TieForm::Address { ip } => Self::Address(ip),
            TieForm::Domain { name } => Self::Domain(name.into()),
        })
    }
}
