// What the device keeps: one database an account, all that is said of people and acts encrypted with AES-GCM under a key
// that the browser gives to no script (not extractable). The key came with the list and goes with it.
"use strict";

const VAULT = "ncre-desk-";
const STORES = ["keys", "meta", "people", "acts", "told"];

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

class Vault {
  static async open(account) {
    const opening = indexedDB.open(VAULT + account, 1);
    opening.onupgradeneeded = () => STORES.forEach((name) => opening.result.createObjectStore(name, { autoIncrement: true }));
    const vault = new Vault();
    vault.database = await done(opening);
    vault.database.onversionchange = () => vault.database.close();
    vault.key = await done(vault.database.transaction("keys").objectStore("keys").get("key"));
    return vault;
  }

  static async destroy(account) {
    await done(indexedDB.deleteDatabase(VAULT + account));
  }

  // Everything before goes, and the given key begins.
  async begin(bytes) {
    this.key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    const transaction = this.database.transaction(STORES, "readwrite");
    STORES.forEach((name) => transaction.objectStore(name).clear());
    transaction.objectStore("keys").put(this.key, "key");
    await this.#end(transaction);
  }

  // All of it or nothing: `puts` are [store, id or null, value], `deletes` [store, id]. Returns the ids of the puts.
  async write(puts, deletes = []) {
    const sealed = await Promise.all(puts.map(async ([store, id, value]) => [store, id, await this.#seal(value)]));
    const transaction = this.database.transaction(STORES, "readwrite", { durability: "strict" });
    const asked = sealed.map(([store, id, value]) =>
      id === null ? transaction.objectStore(store).add(value) : transaction.objectStore(store).put(value, id));
    deletes.forEach(([store, id]) => transaction.objectStore(store).delete(id));
    await this.#end(transaction);
    return asked.map((one) => one.result);
  }

  // [id, value] in the order in which they came.
  async all(store) {
    const objects = this.database.transaction(store).objectStore(store);
    const [ids, sealed] = await Promise.all([done(objects.getAllKeys()), done(objects.getAll())]);
    return Promise.all(ids.map(async (id, place) => [id, await this.#opened(sealed[place])]));
  }

  // The people of the list, and with `key` the key: whatever else lies here is unreadable from then on.
  async forget(names) {
    const transaction = this.database.transaction(STORES, "readwrite");
    names.forEach((name) => transaction.objectStore(name).clear());
    await this.#end(transaction);
    if (names.includes("keys")) this.key = undefined;
  }

  async #seal(value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, plain) };
  }

  async #opened({ iv, data }) {
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.key, data)));
  }

  #end(transaction) {
    return new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }
}
