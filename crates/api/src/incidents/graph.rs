//! The attack graph of an incident.

use axum::{Json, extract::State};
use bartizan_incident::{Edge, Node, graph as draw};
use bartizan_model::IncidentId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::story::{Material, ThingView, thing};
use crate::{
    Api,
    caller::{Caller, Read},
    problem::{ApiError, Problem},
    request::{Asked, Named, shown},
};

/// How many nodes there are when it is not said, and at most.
const NODES: usize = 300;

/// How large.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct GraphQuery {
    /// How many nodes at most, up to 300; things of one kind are grouped when there are more.
    max_nodes: Option<usize>,
}

/// The attack graph: who did what to what, each step with its time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GraphView {
    /// By when each first plays a part.
    nodes: Vec<NodeView>,
    /// By time: played in this order.
    edges: Vec<EdgeView>,
    /// How many things are not shown, for want of room.
    hidden: u64,
}

/// A thing of the graph.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NodeView {
    #[serde(flatten)]
    thing: ThingView,
    label: String,
    /// A command line, a path.
    detail: String,
    /// The gravest alert about it.
    severity: Option<&'static str>,
    first_at: String,
    alerts: Vec<String>,
    /// How many things it stands for.
    members: u64,
}

/// A step.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EdgeView {
    from: String,
    to: String,
    /// `started`, `ran`, `changed`, `connected to` or `has`.
    relation: &'static str,
    at: String,
    alerts: Vec<String>,
}

/// The attack graph of an incident.
#[utoipa::path(get, path = "/incidents/{number}/graph", tag = "incidents",
    params(("number" = u64, Path), GraphQuery), responses((status = 200, body = GraphView),
    (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn graph(
    State(api): State<Api>,
    caller: Caller<Read>,
    Named(id): Named<IncidentId>,
    Asked(asked): Asked<GraphQuery>,
) -> Result<Json<GraphView>, ApiError> {
    let most = asked.max_nodes.unwrap_or(NODES).clamp(10, NODES);
    api.run(move |api| {
        let material = Material::of(api, caller.tenant(), id)?;
        let graph = draw(&material.scene(), most);
        Ok(Json(GraphView {
            nodes: graph.nodes.iter().map(node).collect(),
            edges: graph.edges.iter().map(edge).collect(),
            hidden: graph.hidden,
        }))
    })
    .await
}

fn node(node: &Node) -> NodeView {
    NodeView {
        thing: thing(&node.thing),
        label: node.label.clone(),
        detail: node.detail.clone(),
        severity: node.severity.map(|severity| severity.word()),
        first_at: shown(node.first_at),
        alerts: node.alerts.iter().map(ToString::to_string).collect(),
        members: node.members,
    }
}

fn edge(edge: &Edge) -> EdgeView {
    EdgeView {
        from: edge.from.to_string(),
        to: edge.to.to_string(),
        relation: edge.relation,
        at: shown(edge.at),
        alerts: edge.alerts.iter().map(ToString::to_string).collect(),
    }
}
