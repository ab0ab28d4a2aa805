//! Somebody's name server: every name is an address of this machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use hickory_resolver::proto::op::{Message, MessageType};
use hickory_resolver::proto::rr::rdata::{A, TXT};
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;

/// A name server whose texts of `_asp.acme.example` are these; every name is an address of this machine.
pub async fn name_server(texts: Arc<Mutex<Vec<String>>>) -> SocketAddr {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut packet = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut packet).await {
            let Ok(question) = Message::from_vec(&packet[..length]) else { continue };
            let query = question.queries[0].clone();
            let mut answer = question.clone();
            answer.metadata.message_type = MessageType::Response;
            answer.metadata.recursion_available = true;
            if query.query_type() == RecordType::A {
                answer.add_answer(Record::from_rdata(
                    query.name().clone(),
                    0,
                    RData::A(A(Ipv4Addr::LOCALHOST)),
                ));
            }
            let meant = query.name().to_ascii().to_lowercase() == "_asp.acme.example.";
            if meant && query.query_type() == RecordType::TXT {
                for text in texts.lock().unwrap().iter() {
                    let data = RData::TXT(TXT::new(vec![text.clone()]));
                    answer.add_answer(Record::from_rdata(query.name().clone(), 0, data));
                }
            }
            let _ = socket.send_to(&answer.to_vec().unwrap(), from).await;
        }
    });
    address
}
