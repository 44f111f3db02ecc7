//! One module for each command, and the way from the parsed command line to it.

pub(crate) mod activation;
pub(crate) mod clock;
pub(crate) mod completions;
pub(crate) mod customer;
pub(crate) mod delivery;
pub(crate) mod doctor;
pub(crate) mod error;
pub(crate) mod explain;
pub(crate) mod gateway;
mod management;
pub(crate) mod order;
pub(crate) mod payment_method;
pub(crate) mod provider;
pub(crate) mod record;
pub(crate) mod requests;
pub(crate) mod right;
pub(crate) mod sandbox;
pub(crate) mod serve;
pub(crate) mod service;
pub(crate) mod sign;
pub(crate) mod store;
pub(crate) mod subscription;
pub(crate) mod transaction;
pub(crate) mod unlock;
pub(crate) mod verify;

use crate::{
    arguments::{Arguments, Command},
    failure::Failure,
};

/// Does what the command line asks for.
pub(crate) fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        None => sandbox::run(&arguments.sandbox),
        Some(Command::Sandbox(arguments)) => sandbox::run(&arguments),
        Some(Command::Serve(arguments)) => serve::run(&arguments),
        Some(Command::Gateway(arguments)) => gateway::run(&arguments),
        Some(Command::Store(command)) => store::run(&command),
        Some(Command::Backup(arguments)) => store::run_backup(&arguments),
        Some(Command::Restore(arguments)) => store::run_restore(&arguments),
        Some(Command::Provider(command)) => provider::run(&command),
        Some(Command::Customer(command)) => customer::run(&command),
        Some(Command::Activation(command)) => activation::run(&command),
        Some(Command::Service(command)) => service::run(&command),
        Some(Command::Order(command)) => order::run(&command),
        Some(Command::PaymentMethod(command)) => payment_method::run(&command),
        Some(Command::Transaction(command)) => transaction::run(&command),
        Some(Command::Subscription(command)) => subscription::run(&command),
        Some(Command::Deliveries(command)) => delivery::run(&command),
        Some(Command::Record(command)) => record::run(&command),
        Some(Command::Right(command)) => right::run(&command),
        Some(Command::Clock(command)) => clock::run(&command),
        Some(Command::Requests(arguments)) => requests::run(&arguments),
        Some(Command::Sign(command)) => sign::run(&command),
        Some(Command::Verify(command)) => verify::run(&command),
        Some(Command::Doctor(arguments)) => doctor::run(&arguments),
        Some(Command::Explain(command)) => explain::run(&command),
        Some(Command::Unlock(arguments)) => unlock::run(&arguments),
        Some(Command::Error(arguments)) => error::run(&arguments),
        Some(Command::Completions(arguments)) => completions::run(&arguments),
    }
}
