//! Messages over standard input and output.
//!
//! As `lsp-server` does it, but for what editors get wrong: of a file that is no text, some send bytes that are no UTF-8. Such a
//! message is read as far as it can be; the server goes on.

use std::io::{self, BufRead, Read};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{Connection, Message, Notification};

/// A message may have so many bytes: more than any file that is read.
const MAX_MESSAGE: u64 = 512 * 1024 * 1024;

/// The threads that read and write.
pub(super) struct Transport {
    reader: JoinHandle<io::Result<()>>,
    writer: JoinHandle<io::Result<()>>,
}

/// Speaks over standard input and output.
pub(super) fn stdio() -> (Connection, Transport) {
    // What waits here is what was typed while something else was answered: it is parsed in one go.
    let (incoming, receiver) = unbounded();
    let (sender, outgoing) = unbounded();
    let reader = thread::spawn(move || read_all(&mut io::stdin().lock(), &incoming));
    let writer = thread::spawn(move || write_all(&outgoing));
    (Connection { sender, receiver }, Transport { reader, writer })
}

impl Transport {
    /// Waits until everything is written.
    pub(super) fn end(self) -> Result<(), String> {
        // An editor that is gone without a word leaves the reader at the end of its input.
        let ended = [self.reader, self.writer].map(|thread| thread.join().unwrap_or(Ok(())));
        ended.into_iter().collect::<io::Result<()>>().map_err(|error| error.to_string())
    }
}

fn read_all(input: &mut impl BufRead, incoming: &Sender<Message>) -> io::Result<()> {
    while let Some(body) = read_body(input)? {
        let Ok(message) = serde_json::from_str::<Message>(&String::from_utf8_lossy(&body)) else { continue };
        let is_exit =
            matches!(&message, Message::Notification(Notification { method, .. }) if method == "exit");
        if incoming.send(message).is_err() || is_exit {
            break;
        }
    }
    Ok(())
}

/// The next message; none at the end.
fn read_body(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse::<u64>().ok().filter(|length| *length <= MAX_MESSAGE);
            }
            Some(_) => {}
            None if line.is_empty() => break,
            None => return Err(io::Error::new(io::ErrorKind::InvalidData, "a header without a colon")),
        }
    }
    let no_length = || io::Error::new(io::ErrorKind::InvalidData, "a message without a sane length");
    let length = length.ok_or_else(no_length)?;
    let mut body = Vec::new();
    let read = input.take(length).read_to_end(&mut body)?;
    Ok((read as u64 == length).then_some(body))
}

fn write_all(outgoing: &Receiver<Message>) -> io::Result<()> {
    let mut output = io::stdout().lock();
    outgoing.iter().try_for_each(|message| message.write(&mut output))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mut input: &[u8]) -> (Vec<String>, io::Result<()>) {
        let (incoming, messages) = unbounded();
        let ended = read_all(&mut input, &incoming);
        drop(incoming);
        let method = |message: Message| match message {
            Message::Notification(Notification { method, .. }) => method,
            other => format!("{other:?}"),
        };
        (messages.iter().map(method).collect(), ended)
    }

    fn message(body: &[u8]) -> Vec<u8> {
        let head = format!("Content-Length: {}\r\nContent-Type: x\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    }

    #[test]
    fn what_is_no_message_is_passed_over_and_what_is_no_text_is_read_as_far_as_it_goes() {
        let noise = message(b"{\"method\":\"a\",\"params\":\"\xff\xfe\"}");
        let all =
            [message(b"nothing"), noise, message(b"{\"method\":\"exit\"}"), message(b"{\"method\":\"b\"}")];
        let (methods, ended) = read(&all.concat());
        assert_eq!(methods, ["a", "exit"]);
        ended.unwrap();
    }

    #[test]
    fn an_input_that_is_no_protocol_ends_it() {
        for input in [&b"GET / HTTP\r\n\r\n"[..], b"\r\n\r\n", b"Content-Length: 99999999999999\r\n\r\n"] {
            assert!(read(input).1.is_err());
        }
        assert!(read(b"Content-Length: 9\r\n\r\n{}").1.is_ok());
    }
}
