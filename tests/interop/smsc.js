// An operator on npm "smpp", which shares no line with our codec. Prints its port, then one JSON line per PDU it got.
// Every accepted submit_sm is answered with a hexadecimal id, and receipted with the same number in decimal.
'use strict';
const smpp = require('smpp');

const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
let next = 0xa0;

const server = smpp.createServer((session) => {
  session.on('error', (error) => say({ event: 'error', message: String(error) }));
  session.on('pdu', (pdu) => {
    if (pdu.command !== 'submit_sm') {
      const { command, command_status, sequence_number, system_id, password, system_type, message_id } = pdu;
      say({ event: command, command_status, sequence_number, system_id, password, system_type, message_id });
    }
  });
  const bound = (pdu) => {
    const wrong = pdu.password !== 'secret';
    session.send(pdu.response({ system_id: 'node', command_status: wrong ? smpp.ESME_RINVPASWD : 0 }));
    if (!wrong && pdu.system_type === 'MO') {
      session.deliver_sm({
        source_addr: '989121234567',
        destination_addr: '983000505',
        short_message: { udh: Buffer.from([5, 0, 3, 9, 2, 1]), message: 'سلام' },
      });
    }
  };
  session.on('bind_transceiver', bound);
  session.on('bind_transmitter', bound);
  session.on('bind_receiver', bound);
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    session.send(pdu.response());
    session.close();
  });
  session.on('submit_sm', (pdu) => {
    const short = pdu.short_message || {};
    const payload = pdu.message_payload;
    say({
      event: 'submit_sm',
      source: pdu.source_addr,
      source_ton: pdu.source_addr_ton,
      destination: pdu.destination_addr,
      destination_ton: pdu.dest_addr_ton,
      destination_npi: pdu.dest_addr_npi,
      esm_class: pdu.esm_class,
      data_coding: pdu.data_coding,
      registered_delivery: pdu.registered_delivery,
      validity_period: pdu.validity_period,
      udh: short.udh ? Buffer.concat(short.udh.map((part) => Buffer.from(part))).toString('hex') : null,
      message: typeof short.message === 'string' ? short.message : null,
      payload: payload ? payload.message || payload.toString() : null,
      user_message_reference: pdu.user_message_reference,
    });
    if (pdu.destination_addr.endsWith('0003')) {
      session.send(pdu.response({ command_status: smpp.ESME_RINVDSTADR }));
      return;
    }
    const id = next++;
    session.send(pdu.response({ message_id: id.toString(16) }));
    session.deliver_sm({
      source_addr: pdu.destination_addr,
      destination_addr: pdu.source_addr,
      esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
      short_message: `id:${id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:`,
      receipted_message_id: id.toString(16),
      message_state: smpp.MESSAGE_STATE.DELIVERED,
      network_error_code: Buffer.from([3, 0, 0]),
    });
  });
});

server.listen(0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
