//! Why a command did not do what it was asked to, and the exit code that says so to a script.

use std::{io, net::SocketAddr};

use freischalt_client::{BuildError, CallError, CallErrorKind, management::ManagementError};
use freischalt_demo::DemoError;
use freischalt_doctor::{DoctorError, SandboxError};
use freischalt_gateway::{ConfigError, ConfigProblem as GatewayConfigProblem, GatewayError};
use freischalt_server::{
    ServerError,
    config::{ConfigProblem, DataDirProblem},
    seeds::SeedError,
};

use freischalt_store::{BackupError, CopyError, DatabaseOpenError, OpenError, TransportError};

use crate::{commands::sandbox::NameNeeded, input::InputError};

/// The exit codes, in the words of `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  fine
  1  the answer is no: a verification failed, an API refused, a code is unknown
  2  the command line or an input was wrong
  3  the server cannot be reached
  4  the server answered something unexpected, or something else failed";

const NO: u8 = 1;
const USAGE: u8 = 2;
const UNREACHABLE: u8 = 3;
const UNEXPECTED: u8 = 4;

/// Why a command failed. The text of each says what was wrong, where, and what would be right.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The question was understood and the answer is no. The lines after the first explain it.
    #[error("{0}")]
    No(String),
    /// As [`Failure::No`], but the answer stands on standard output already.
    #[error("the answer is no")]
    AnsweredNo,
    /// Arguments, a file or the environment cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A call to the management API failed.
    #[error(transparent)]
    Management(#[from] ManagementError),
    /// Output cannot be written.
    #[error("the output cannot be written")]
    Output(#[source] io::Error),
    /// The machine does not give what the command needs.
    #[error("{what}")]
    System {
        /// What could not be done.
        what: &'static str,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// A server cannot start or serve.
    #[error("{error}{}", fix(error))]
    Server {
        /// Why not.
        #[source]
        error: ServerError,
    },
    /// An address to listen on that browsers could not use.
    #[error(transparent)]
    NameNeeded(#[from] NameNeeded),
    /// An address cannot be listened on, and what to do about it is not [`fix`].
    #[error("cannot listen on {address}: another program listens there.\n  {advice}")]
    Listen {
        /// Where it should listen.
        address: SocketAddr,
        /// What would be right.
        advice: String,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// The configuration of a gateway cannot be used.
    #[error(transparent)]
    GatewayConfig(#[from] GatewayConfigProblem),
    /// A gateway cannot start or serve.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    /// The app of a demo provider cannot start or serve.
    #[error(transparent)]
    DemoApp(#[from] DemoError),
    /// The demo data cannot be written or read.
    #[error(transparent)]
    Seeds(#[from] SeedError),
    /// The data folder cannot be used.
    #[error(transparent)]
    DataDir(#[from] DataDirProblem),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigProblem),
    /// An installation was not copied, backed up or restored.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The address of the API cannot be called.
    #[error(transparent)]
    ApiAddress(#[from] BuildError),
    /// A call to the API failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A provider cannot be examined.
    #[error(transparent)]
    Doctor(#[from] DoctorError),
}

impl Failure {
    /// The exit code of the process.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::No(_) | Self::AnsweredNo => NO,
            Self::Input(_) => USAGE,
            Self::Management(error) => management_exit_code(error),
            Self::Gateway(GatewayError::Config(ConfigError::Store(DatabaseOpenError::There(
                _,
            )))) => NO,
            Self::Gateway(GatewayError::Config(ConfigError::Store(_) | ConfigError::Random(_))) => {
                UNEXPECTED
            }
            Self::Config(_)
            | Self::GatewayConfig(_)
            | Self::Gateway(GatewayError::Config(_))
            | Self::DataDir(_)
            | Self::NameNeeded(_)
            | Self::ApiAddress(_) => USAGE,
            Self::Transport(error) => transport_exit_code(error),
            Self::Doctor(DoctorError::Unreachable { .. }) => UNREACHABLE,
            Self::Doctor(DoctorError::Sandbox(SandboxError::Management(error))) => {
                management_exit_code(error)
            }
            Self::Doctor(
                DoctorError::Safety(_)
                | DoctorError::NothingToDo
                | DoctorError::Sandbox(SandboxError::Secret { .. }),
            ) => USAGE,
            Self::Doctor(_) => UNEXPECTED,
            Self::Call(error) => match error.kind() {
                CallErrorKind::Unreachable => UNREACHABLE,
                CallErrorKind::Unintelligible => UNEXPECTED,
                _ => NO,
            },
            Self::Output(_)
            | Self::System { .. }
            | Self::Server { .. }
            | Self::Listen { .. }
            | Self::Gateway(_)
            | Self::DemoApp(_)
            | Self::Seeds(_) => UNEXPECTED,
        }
    }

    /// As a failure of a demo provider whose port was given as an option.
    pub(crate) fn of_demo_port(self, option: &str) -> Self {
        match self {
            Self::Gateway(GatewayError::Listen { address, source }) if is_taken(&source) => {
                let advice =
                    format!("Stop it, or choose another port: {option} 0 for any free one");
                Self::Listen { address, advice, cause: source }
            }
            other => other,
        }
    }

    /// As a failure of a server that a configuration file describes.
    pub(crate) fn of_configured_server(error: ServerError) -> Self {
        match error {
            ServerError::Bind { what, address, source } if is_taken(&source) => {
                let setting = if what == "marketplace" { "server.bind" } else { "management.bind" };
                let advice = format!("Stop it, or give another address in the setting {setting}");
                Self::Listen { address, advice, cause: source }
            }
            error => error.into(),
        }
    }

    /// Whether the reader of our output went away.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(cause) if cause.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        Self::Server { error }
    }
}

fn is_taken(cause: &io::Error) -> bool {
    cause.kind() == io::ErrorKind::AddrInUse
}

/// What to do about it, where there is something.
fn fix(error: &ServerError) -> String {
    match error {
        ServerError::Bind { what, address, source } if is_taken(source) => {
            let option = if *what == "marketplace" { "--port" } else { "--management-port" };
            format!(
                ": another program listens there, perhaps another sandbox.\n  \
                 Stop it, or choose another port: {option} {}, or {option} 0 for any free one",
                address.port().saturating_add(10)
            )
        }
        _ => String::new(),
    }
}

fn transport_exit_code(error: &TransportError) -> u8 {
    match error {
        TransportError::Missing(_) | TransportError::Backup(BackupError::Missing(_)) => USAGE,
        TransportError::InUse(_) | TransportError::Leased(_) | TransportError::Empty => NO,
        TransportError::Open(OpenError::Database(DatabaseOpenError::There(_))) => NO,
        TransportError::Open(OpenError::WrongKey | OpenError::OtherKind { .. }) => NO,
        TransportError::Copy(
            CopyError::NotEmpty(_) | CopyError::Differs { .. } | CopyError::Nul { .. },
        ) => NO,
        TransportError::Backup(
            BackupError::Exists(_) | BackupError::Damaged { .. } | BackupError::Running(_),
        ) => NO,
        _ => UNEXPECTED,
    }
}

fn management_exit_code(error: &ManagementError) -> u8 {
    match error {
        ManagementError::Address { .. } | ManagementError::CredentialsInAddress => USAGE,
        ManagementError::Unreachable { .. } => UNREACHABLE,
        ManagementError::Refused { .. } | ManagementError::Unauthorised { .. } => NO,
        _ => UNEXPECTED,
    }
}
