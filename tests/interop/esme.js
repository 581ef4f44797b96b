// A client on npm "smpp" against our simulator: node esme.js PORT PASSWORD. Prints one JSON line per thing that happens.
'use strict';
const smpp = require('smpp');

const [port, password] = process.argv.slice(2);
const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
const session = smpp.connect({ host: '127.0.0.1', port: Number(port) }, bind);
session.on('error', (error) => say({ event: 'error', message: String(error) }));
session.on('close', () => {
  say({ event: 'closed' });
  process.exit(0);
});

const submits = [
  { destination_addr: '989121237001', short_message: 'hello', data_coding: 0, registered_delivery: 1 },
  { destination_addr: '989121237002', short_message: 'سلام دنیا', data_coding: 8, registered_delivery: 1 },
  { destination_addr: '989121230001', short_message: 'undelivered', registered_delivery: 1 },
  { destination_addr: '989121230003', short_message: 'refused', registered_delivery: 1 },
  { destination_addr: '989121237003', message_payload: { message: 'p'.repeat(300) }, registered_delivery: 0 },
];
let receipts = 0;

function bind() {
  session.bind_transceiver({ system_id: 'demo', password }, (pdu) => {
    const { command, command_status, system_id, sc_interface_version } = pdu;
    say({ event: command, command_status, system_id, sc_interface_version });
    if (command_status) {
      session.close();
      return;
    }
    session.enquire_link({}, (answer) => say({ event: answer.command, command_status: answer.command_status }));
    session.query_sm({ message_id: '1', source_addr: '1' }, (answer) =>
      say({ event: answer.command, command_status: answer.command_status }));
    for (const fields of submits) {
      session.submit_sm({ source_addr: '983000505', dest_addr_ton: 1, dest_addr_npi: 1, ...fields }, (answer) =>
        say({
          event: answer.command,
          destination: fields.destination_addr,
          command_status: answer.command_status,
          message_id: answer.message_id,
        }));
    }
  });
}

session.on('deliver_sm', (pdu) => {
  session.send(pdu.response());
  say({
    event: 'deliver_sm',
    source: pdu.source_addr,
    destination: pdu.destination_addr,
    esm_class: pdu.esm_class,
    data_coding: pdu.data_coding,
    message: pdu.short_message.message,
    receipted_message_id: pdu.receipted_message_id,
    message_state: pdu.message_state,
  });
  if (pdu.esm_class === 4 && ++receipts === 3) {
    say({ event: 'ready' });
  }
  if (pdu.esm_class === 0) {
    session.unbind({}, (answer) => {
      say({ event: answer.command, command_status: answer.command_status });
      session.close();
    });
  }
});
