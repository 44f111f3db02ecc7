//! A sandbox inside the process: the examples of the client's documentation call it over a socket,
//! in lines that a reader does not see. It ends with the process.
//!
//! The examples are the provider Grundrisswerk of the demo data, reached at [`ORIGIN`].

#![expect(clippy::expect_used, reason = "this is for examples and tests only")]

use std::{error::Error, net::Ipv4Addr, num::NonZeroU32, sync::mpsc, thread};

use freischalt_client::{
    Client, Credentials, ProviderAccount, Secret, Session, UnlockProvider,
    management::{Management, NewActivation, NewLaunch, NewOrder, Payment},
    provider::{self, Item, Launch, Order, Product, Subscription, UrlCheck},
    system_time,
};
use freischalt_server::{Config, Server, config, seeds};

/// Scheme and host that the marketplace calls the provider by.
pub const ORIGIN: &str = "https://provider.example";
/// A card of the test bank that pays at once.
const CARD: &str = "4000 0000 0000 0010";
/// A property of the demo customer, selected when the service is opened.
const ESTATE: i64 = 11;
/// The demo provider's own client, in which it makes refunds and payment links.
const OWN_CLIENT: &str = "grundrisswerk";

/// Runs an example with a sandbox of its own; an error of the example fails it.
pub fn run(example: impl AsyncFnOnce(Sandbox) -> Result<(), Box<dyn Error>>) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(example(Sandbox::start())).expect("the example works");
}

/// Something to sell once.
pub fn product() -> Item {
    Item::Product(Product {
        name: "Grundriss".to_owned(),
        price: "38.70".parse().expect("a price"),
        quantity: NonZeroU32::MIN,
        circle: None,
    })
}

/// Something to sell every month.
pub fn subscription() -> Item {
    Item::Subscription(Subscription {
        description: "Grundrisse".to_owned(),
        monthly_costs: "25.30".parse().expect("a price"),
        months: NonZeroU32::new(6).expect("a number"),
        notice_period: "bis 3 Monate vor Vertragsende".to_owned(),
        automatic_renewal: "6 Monate".to_owned(),
        circle: None,
    })
}

/// A marketplace with demo data, and what the demo provider needs to know of it.
#[derive(Clone, Debug)]
pub struct Sandbox {
    api: String,
    management: String,
    secret: Secret,
}

impl Sandbox {
    /// Starts one on free ports, with nothing activated.
    fn start() -> Self {
        let (started, sandbox) = mpsc::channel();
        // On a thread of its own it answers whatever kind of runtime the example has.
        thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(async {
                let server = bind().await;
                started.send(Self::of(&server).await).expect("somebody waits for it");
                server.run(std::future::pending()).await;
            });
        });
        sandbox.recv().expect("a sandbox")
    }

    async fn of(server: &Server) -> Self {
        let (activation, service) = (format!("{ORIGIN}/activate"), format!("{ORIGIN}/service"));
        let placed =
            seeds::place(server.store(), seeds::DEMO_PROVIDER, &activation, &service).await;
        placed.expect("the demo provider");
        let secret = seeds::secret(server.store(), seeds::DEMO_PROVIDER).await;
        let management = server.management_addr().expect("an address");
        Self {
            api: format!("{}/api/stable/api.php", server.public_url()),
            management: format!("http://{management}"),
            secret: secret.expect("the demo provider"),
        }
    }

    /// Address of the API.
    pub fn api(&self) -> &str {
        &self.api
    }

    /// Address of the management API.
    pub fn management(&self) -> &str {
        &self.management
    }

    /// The provider secret.
    pub fn secret(&self) -> Secret {
        self.secret.clone()
    }

    /// A client of the API.
    pub fn client(&self) -> Client {
        Client::new(&self.api).expect("a client")
    }

    /// Begins an activation: path and query of the activation URL, and the key that the
    /// administrator sees.
    pub async fn activation(&self) -> (String, String) {
        let new = NewActivation {
            provider: seeds::DEMO_PROVIDER.to_owned(),
            customer: seeds::DEMO_CUSTOMER.to_owned(),
            user: None,
            all_users: Some(true),
        };
        let started = self.manage().start_activation(&new).await.expect("an activation").value;
        let path = path_and_query(started.activation_url.expose());
        (path, started.api_key.expose().to_owned())
    }

    /// Activates the provider and opens its service on a property: path and query of the service URL, and the
    /// credentials.
    pub async fn service(&self) -> (String, Credentials) {
        let (path, key) = self.activation().await;
        let launch = self.launch(&path);
        let token = launch.token.expect("it is an activation");
        let credentials = Credentials::new(token.expose(), Secret::new(key));
        let unlock = UnlockProvider {
            parameter_cache_id: launch.parameter_cache_id,
            claim: launch.claim,
            is_regular_customer: false,
        };
        self.client().unlock_provider(&credentials, &unlock).await.expect("it is unlocked");
        let new = NewLaunch {
            customer: seeds::DEMO_CUSTOMER.to_owned(),
            provider: seeds::DEMO_PROVIDER.to_owned(),
            service: None,
            user: None,
            from: "estates".to_owned(),
            records: vec![ESTATE],
            images: Vec::new(),
        };
        let launched = self.manage().launch_service(&new).await;
        let url = launched.expect("a service URL").value.service_url;
        (path_and_query(url.expose()), credentials)
    }

    /// What the marketplace tells a service that a user opens.
    pub async fn launched(&self) -> (Launch, Credentials) {
        let (path, credentials) = self.service().await;
        (self.launch(&path), credentials)
    }

    /// Calls for a user of a customer who has activated the provider.
    pub async fn session(&self) -> Session {
        let (launch, credentials) = self.launched().await;
        self.client().session(credentials, launch.claim)
    }

    /// Calls in the provider's own client.
    pub async fn account(&self) -> ProviderAccount {
        self.client().provider_account(self.account_credentials().await)
    }

    /// An API user in the provider's own client.
    pub async fn account_credentials(&self) -> Credentials {
        let made = self.manage().add_api_user(OWN_CLIENT, "refunds").await;
        let made = made.expect("an API user").value;
        Credentials::new(made.api_token.expose(), made.api_key)
    }

    /// Places an order as the page in the service window does, and pays it with a card: path and
    /// query of the callback.
    pub async fn pay(&self, signed_order: &str) -> String {
        let new = NewOrder {
            customer: seeds::DEMO_CUSTOMER.to_owned(),
            provider: seeds::DEMO_PROVIDER.to_owned(),
            user: None,
            order: signed_order.to_owned(),
        };
        let placed = self.manage().place_order(&new).await.expect("the order is accepted").value;
        let card = Payment::Number(CARD.to_owned());
        let paid = self.manage().pay_order(&placed.id, &card).await.expect("it is paid").value;
        path_and_query(&paid.callback_url.expect("it is paid"))
    }

    /// Sells something in the window of this service call.
    pub async fn transaction(&self, launch: &Launch, item: Item) -> provider::Payment {
        let order = Order {
            parameter_cache_id: launch.parameter_cache_id.clone(),
            callback_url: format!("{ORIGIN}/result?order=17"),
            item,
        };
        let path = self.pay(&order.sign(&self.secret, system_time())).await;
        let callback = self.check().callback(&path, system_time()).expect("a callback");
        callback.payment().expect("it is paid").clone()
    }

    fn check(&self) -> UrlCheck {
        UrlCheck::new(ORIGIN, self.secret()).expect("an origin")
    }

    fn launch(&self, path_and_query: &str) -> Launch {
        self.check().launch(path_and_query, system_time()).expect("a genuine URL")
    }

    fn manage(&self) -> Management {
        Management::new(&self.management).expect("a connection")
    }
}

async fn bind() -> Server {
    let address = (Ipv4Addr::LOCALHOST, 0).into();
    let (location, key) = config::sandbox_in_memory().expect("random bytes");
    let server = Server::bind(Config::sandbox(address, address, location, key)).await;
    let server = server.expect("free ports");
    seeds::ensure(server.store()).await.expect("demo data");
    server
}

fn path_and_query(url: &str) -> String {
    url.strip_prefix(ORIGIN).expect("a URL of the provider").to_owned()
}
