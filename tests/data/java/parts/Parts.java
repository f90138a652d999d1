//SOURCES more/*.java
//FILES notes/=texts
//FILES title.txt=texts/a.txt
package parts;

import parts.more.Reader;

public class Parts {
    public static void main(String[] args) throws Exception {
        System.out.println(Reader.read("/title.txt") + Reader.read("/notes/a.txt") + Reader.read("/notes/deep/b.txt") + Reader.read("/own.txt"));
    }
}
