//! The sandbox's demo providers: for each a gateway as any provider runs it, and behind it the demo
//! app, both on the sandbox's clock. The app gets what every app gets, and nothing of the
//! marketplace.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use freischalt_demo::{DemoApp, Settings};
use freischalt_gateway::{
    AppConfig, ConnectionLimits, Gateway, GatewayConfig, GatewayError, Keys, Location,
    RegularCustomer, ServiceConfig, UnknownCustomers,
};
use freischalt_server::{Server, config, reachable, seeds};

use super::{SandboxArguments, addresses::Addresses};
use crate::{failure::Failure, signals::Stop};

/// The last part of the addresses of service and webhook at the gateways.
const SERVICE: &str = "shop";
const WEBHOOK: &str = "price-check";

/// What the demo providers play on.
pub(super) struct Stage<'a> {
    pub(super) arguments: &'a SandboxArguments,
    pub(super) addresses: &'a Addresses,
    pub(super) server: &'a Server,
    /// Of the data folder.
    pub(super) keys: Keys,
}

/// A seeded provider that runs.
struct Part {
    slug: &'static str,
    name: &'static str,
    /// What its gateway keeps, in the data folder.
    file: &'static str,
    /// Path of its one service at the gateway.
    service: &'static str,
    /// Where it listens unless it is told to elsewhere.
    port: u16,
}

const SHOP: Part = Part {
    slug: seeds::DEMO_PROVIDER,
    name: "Grundrisswerk",
    file: "demo-provider.db",
    service: "/services/shop",
    port: 8082,
};
const CHECK: Part = Part {
    slug: seeds::WEBHOOK_PROVIDER,
    name: "Preisradar",
    file: "webhook-provider.db",
    service: "/webhooks/price-check",
    port: 8083,
};

/// A gateway and its app, both bound.
pub(super) struct DemoProvider {
    gateway: Gateway,
    app: DemoApp,
    settings: Settings,
}

impl Stage<'_> {
    /// The provider with a shop.
    pub(super) async fn shop(&self) -> Result<DemoProvider, Failure> {
        let bound = self.start(&SHOP, self.arguments.demo_port).await;
        bound.map_err(|failure| failure.of_demo_port("--demo-port"))
    }

    /// The provider with a single webhook.
    pub(super) async fn webhook(&self) -> Result<DemoProvider, Failure> {
        let bound = self.start(&CHECK, self.arguments.demo_webhook_port).await;
        bound.map_err(|failure| failure.of_demo_port("--demo-webhook-port"))
    }

    /// A demo provider listens where it was told to. Told nothing, it takes its usual port, or any
    /// other if that is taken: nobody types its address.
    async fn start(&self, part: &Part, wanted: Option<u16>) -> Result<DemoProvider, Failure> {
        if let Some(port) = wanted {
            return self.bind(part, port).await;
        }
        if self.arguments.port == 0 {
            return self.bind(part, 0).await;
        }
        match self.bind(part, part.port).await {
            Err(Failure::Gateway(GatewayError::Listen { .. })) => self.bind(part, 0).await,
            bound => bound,
        }
    }

    /// Starts to listen as a seeded provider and tells the marketplace where that is.
    #[expect(clippy::expect_used, reason = "a gateway with an app has an address for it")]
    async fn bind(&self, part: &Part, port: u16) -> Result<DemoProvider, Failure> {
        let app = DemoApp::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let behind = AppConfig::in_this_process(format!("http://{}", app.local_addr()));
        let behind = AppConfig {
            events_path: freischalt_demo::EVENTS.to_owned(),
            // Calls that nobody made would only confuse whoever reads the sandbox's log.
            poll_every: 0,
            ..behind.map_err(GatewayError::from)?
        };
        let (token, secret) = (behind.token.clone(), behind.secret.clone());
        let gateway = Gateway::bind(self.config(part, port, behind).await?).await?;
        let service = format!("{}{}", gateway.public_origin(), part.service);
        let store = self.server.store();
        seeds::place(store, part.slug, &gateway.activation_url(), &service).await?;
        let clock = self.server.clock();
        let settings = Settings {
            gateway: gateway.app_addr().expect("a gateway with an app"),
            token: token.expose().to_owned(),
            secret: secret.expose().to_owned(),
            regular_customers: vec![seeds::REGULAR_CUSTOMER.to_owned()],
            clock: Arc::new(move || clock.now().0),
        };
        Ok(DemoProvider { gateway, app, settings })
    }

    async fn config(
        &self,
        part: &Part,
        port: u16,
        app: AppConfig,
    ) -> Result<GatewayConfig, Failure> {
        let listen = SocketAddr::new(self.addresses.provider_bind, port);
        let secret = seeds::secret(self.server.store(), part.slug).await?;
        let marketplace = self.server.public_url();
        // Past whatever stands between browsers and this machine.
        let inside = self.server.marketplace_addr().map_err(|cause| Failure::System {
            what: "the address of the marketplace is unknown",
            cause,
        })?;
        let api = format!("http://{}/api/stable/api.php", reachable(inside));
        // Sandboxes on one PostgreSQL database may share the folder, and a file serves one process.
        let location = match self.arguments.ephemeral || self.arguments.store.is_some() {
            true => Location::Memory,
            false => Location::File(self.arguments.data.join(part.file)),
        };
        let clock = self.server.clock();
        Ok(GatewayConfig {
            public_url: Some(self.addresses.provider.clone()),
            location,
            keys: Some(self.keys.clone()),
            app: Some(app),
            services: vec![ServiceConfig {
                name: SERVICE.to_owned(),
                path: freischalt_demo::SHOP.to_owned(),
            }],
            webhooks: vec![WEBHOOK.to_owned()],
            regular_customer: RegularCustomer::Ask {
                path: freischalt_demo::REGULAR_CUSTOMER.to_owned(),
            },
            // In a sandbox providers are activated from the command line, too, past the gateway.
            unknown_customers: UnknownCustomers::Serve,
            connections: ConnectionLimits { connections: 64, ..ConnectionLimits::default() },
            app_connections: 16,
            grace: config::SANDBOX_GRACE,
            clock: Arc::new(move || clock.now()),
            ..GatewayConfig::new(listen, part.name, secret, api, marketplace)
        })
    }
}

impl DemoProvider {
    /// Scheme, host and port that browsers and the marketplace call it by.
    pub(super) fn public_origin(&self) -> &str {
        self.gateway.public_origin()
    }

    /// Answers until it is to stop.
    pub(super) async fn run(self, stop: Stop) -> Result<(), Failure> {
        let Self { gateway, app, settings } = self;
        let gateway = gateway.run(stop.clone().wait());
        let ((), app) = tokio::join!(gateway, app.run(settings, stop.clone().wait()));
        Ok(app?)
    }
}
